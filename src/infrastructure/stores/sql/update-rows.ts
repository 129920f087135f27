import { Buffer } from 'node:buffer';
import { DamagedDocumentError, type LogRecord } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { StoredRecord } from '../shared/assemble-document.ts';
import { ByteWriter } from '../shared/byte-writer.ts';
import { joinParts, type PartsKey, partsOf, splitIntoParts } from '../shared/parts.ts';
import { bodyLength, unpack, writeBody } from '../shared/record-body.ts';
import { isBytes, type SqlRow, type SqlValue } from './sql-database.ts';

/** A record as it is stored: the parts of its body, a row each. */
export interface StorableRecord {
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Unix milliseconds. */
  readonly timestamp: number;
  readonly parts: readonly Uint8Array[];
}

/** The columns, in the order of `updateValues`. */
export const UPDATE_COLUMNS = ['document', 'first_sequence', 'part', 'parts', 'last_sequence', 'value'] as const;

/** Copies the updates. */
export function storable(key: Uint8Array, record: LogRecord): StorableRecord {
  const writer = new ByteWriter(bodyLength(record));
  writeBody(writer, record);
  const { firstSequence, timestamp } = record;
  const lastSequence = firstSequence + record.updates.length - 1;
  const parts = splitIntoParts(partsKey(key, firstSequence, lastSequence, partsOf(writer.bytes.length)), writer.bytes);
  return { firstSequence, lastSequence, timestamp, parts };
}

/** The values of its rows. */
export function updateValues(key: Uint8Array, { firstSequence, lastSequence, parts }: StorableRecord): SqlValue[][] {
  return parts.map((value, part) => [key, firstSequence, part, parts.length, lastSequence, value]);
}

/**
 * The records of rows that are sorted by first sequence number and part.
 * @throws DamagedDocumentError when one is not as it was written
 */
export function* readRecords(documentId: DocumentId, rows: readonly SqlRow[]): Generator<StoredRecord> {
  for (let at = 0; at < rows.length; ) {
    const start = at;
    while (at < rows.length && rows[at]?.first_sequence === rows[start]?.first_sequence) at++;
    yield readRecord(documentId, rows.slice(start, at));
  }
}

function readRecord(documentId: DocumentId, rows: readonly SqlRow[]): StoredRecord {
  const firstSequence = Number(rows[0]?.first_sequence);
  const lastSequence = Number(rows[0]?.last_sequence);
  const key = partsKey(Buffer.from(documentId.value), firstSequence, lastSequence, Number(rows[0]?.parts));
  const joined = joinParts(key, rows.map(({ value }) => value).filter(isBytes));
  if ('damage' in joined) throw damagedRecord(documentId, firstSequence, joined.damage);
  try {
    const record = unpack({ firstSequence, updates: lastSequence - firstSequence + 1, body: joined.value });
    if (record.updates.length === lastSequence - firstSequence + 1) return record;
  } catch (error) {
    throw damagedRecord(documentId, firstSequence, error instanceof Error ? error.message : String(error));
  }
  throw damagedRecord(documentId, firstSequence, 'it has not as many updates as its row says');
}

function damagedRecord(documentId: DocumentId, firstSequence: number, detail: string): DamagedDocumentError {
  return new DamagedDocumentError(documentId, `the record of update ${firstSequence}: ${detail}`);
}

function partsKey(document: Uint8Array, firstSequence: number, lastSequence: number, parts: number): PartsKey {
  const name = Buffer.alloc(16);
  name.writeDoubleBE(firstSequence, 0);
  name.writeDoubleBE(lastSequence, 8);
  return { document, name, parts };
}
