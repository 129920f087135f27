import type { Transaction } from 'lmdb';
import { DamagedDocumentError } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { StoredRecord, StoredSnapshot } from '../shared/assemble-document.ts';
import type { Handles } from './environment.ts';
import { recordRange, snapshotKey } from './keys.ts';
import { decodeRecord } from './record-codec.ts';
import { decodeSnapshot } from './snapshot-codec.ts';

export interface ReadDocument {
  readonly snapshot: StoredSnapshot | undefined;
  /** In the order of their first sequence numbers. */
  readonly records: readonly StoredRecord[];
}

/**
 * All that is stored of a document, as of one moment: both databases are read in one transaction.
 * @throws DamagedDocumentError
 */
export function readDocument(handles: Handles, documentId: DocumentId): ReadDocument {
  const transaction = handles.root.useReadTransaction();
  try {
    return {
      snapshot: readSnapshot(handles, documentId, transaction),
      records: readRecords(handles, documentId, transaction),
    };
  } catch (error) {
    throw isDamage(error) ? new DamagedDocumentError(documentId, error.message) : error;
  } finally {
    transaction.done();
  }
}

/** The keys of all records of a document. */
export function recordKeys(handles: Handles, documentId: DocumentId): Buffer[] {
  return [...handles.updates.getKeys(recordRange(documentId))].map((key) => Buffer.from(key));
}

function readSnapshot({ snapshots }: Handles, documentId: DocumentId, transaction: Transaction) {
  const key = snapshotKey(documentId);
  const value = snapshots.get(key, { transaction });
  return value === undefined ? undefined : decodeSnapshot(documentId, key, owned(value));
}

function readRecords({ updates }: Handles, documentId: DocumentId, transaction: Transaction): StoredRecord[] {
  const records: StoredRecord[] = [];
  for (const { key, value } of updates.getRange({ ...recordRange(documentId), transaction })) {
    records.push(decodeRecord(documentId, key, owned(value)));
  }
  return records;
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

function isDamage(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && DAMAGED_FILE.some((code) => error.code === code);
}
