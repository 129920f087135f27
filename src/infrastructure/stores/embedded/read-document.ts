import type { Transaction } from 'lmdb';
import { DamagedDocumentError } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { lastOf, type PackedRecord } from '../shared/record-body.ts';
import type { Handles } from './environment.ts';
import { recordRange, snapshotKey } from './keys.ts';
import { decodeRecords } from './record-codec.ts';
import { decodeSnapshot, type SnapshotHead } from './snapshot-codec.ts';

/** A value of the database: records of which each starts where the one before it ends; at least one. */
export interface StoredValue {
  readonly key: Buffer;
  readonly records: readonly PackedRecord[];
}

export interface ReadDocument {
  readonly snapshot: SnapshotHead | undefined;
  /** In the order of their first sequence numbers. */
  readonly values: readonly StoredValue[];
  /** Why there are no more of them. */
  readonly damage: DamagedDocumentError | undefined;
}

/**
 * All that the database has of a document but the chunks of its snapshot, as of one moment: both databases are read in one
 * transaction. Where a record is damaged, all before it.
 * @throws DamagedDocumentError where the snapshot is damaged
 */
export function readDocument(handles: Handles, documentId: DocumentId): ReadDocument {
  const transaction = handles.root.useReadTransaction();
  try {
    const snapshot = orDamaged(documentId, () => readSnapshot(handles, documentId, transaction));
    return { snapshot, ...readValues(handles, documentId, transaction) };
  } finally {
    transaction.done();
  }
}

/**
 * The values that hold `sequence` or a later one, the last one first. Reads one value where there is none.
 * @throws DamagedDocumentError
 */
export function readValuesFrom({ updates }: Handles, documentId: DocumentId, sequence: number): StoredValue[] {
  const { start, end } = recordRange(documentId);
  const values: StoredValue[] = [];
  return orDamaged(documentId, () => {
    for (const { key, value } of updates.getRange({ start: end, end: start, reverse: true })) {
      const records = decodeRecords(documentId, key, owned(value));
      if (records.every((record) => lastOf(record) < sequence)) break;
      values.push({ key: Buffer.from(key), records });
    }
    return values;
  });
}

/** The keys of all values of a document, without a look into them. */
export function valueKeys(handles: Handles, documentId: DocumentId): Buffer[] {
  return [...handles.updates.getKeys(recordRange(documentId))].map((key) => Buffer.from(key));
}

function readSnapshot({ snapshots }: Handles, documentId: DocumentId, transaction: Transaction) {
  const key = snapshotKey(documentId);
  const value = snapshots.get(key, { transaction });
  return value === undefined ? undefined : decodeSnapshot(documentId, key, owned(value));
}

function readValues(
  { updates }: Handles,
  documentId: DocumentId,
  transaction: Transaction,
): Pick<ReadDocument, 'values' | 'damage'> {
  const values: StoredValue[] = [];
  try {
    orDamaged(documentId, () => {
      for (const { key, value } of updates.getRange({ ...recordRange(documentId), transaction })) {
        values.push({ key: Buffer.from(key), records: decodeRecords(documentId, key, owned(value)) });
      }
    });
    return { values, damage: undefined };
  } catch (error) {
    if (error instanceof DamagedDocumentError) return { values, damage: error };
    throw error;
  }
}

/**
 * With the encoding `binary`, lmdb hands out a copy (read.js: getBinary and getRange slice what is global), but a large
 * one is a Buffer whose `length` was redefined; this is a plain view of the same bytes.
 */
function owned(value: Buffer): Uint8Array {
  return new Uint8Array(value.buffer, value.byteOffset, value.length);
}

/** lmdb.h: a page that was expected is not there; a page is of the wrong kind. */
const DAMAGED_FILE = [-30797, -30796];

function orDamaged<Result>(documentId: DocumentId, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw isDamage(error) ? new DamagedDocumentError(documentId, error.message) : error;
  }
}

function isDamage(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && DAMAGED_FILE.some((code) => error.code === code);
}
