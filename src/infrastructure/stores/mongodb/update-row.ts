import { DamagedDocumentError, type LogRecord } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { StoredRecord } from '../shared/assemble-document.ts';
import { ByteWriter } from '../shared/byte-writer.ts';
import { bodyLength, unpack, writeBody } from '../shared/record-body.ts';
import type { ChunkRow, UpdateRow } from './collections.ts';
import { incarnationOf, rowId, sequenceOf } from './keys.ts';
import { type MongoStore, newStamp } from './mongo-store.ts';
import { readValue, rowsOfValue, type ValuePlace } from './values.ts';

export interface RowsOfRecord {
  readonly row: UpdateRow;
  readonly chunks: readonly ChunkRow[];
}

/** The rows of a record, under a new stamp. Copies its updates. */
export function rowsOfRecord(record: LogRecord, incarnation: string): RowsOfRecord {
  const { documentId, firstSequence, updates } = record;
  const last = firstSequence + updates.length - 1;
  const writer = new ByteWriter(bodyLength(record));
  writeBody(writer, record);
  const place = placeOf(documentId, incarnation, firstSequence, last, newStamp());
  const { fields, chunks } = rowsOfValue(place, writer.bytes);
  return { row: { _id: rowId(incarnation, firstSequence), last, ...fields }, chunks };
}

/** @throws DamagedDocumentError when it is not as it was written */
export async function readRecord(store: MongoStore, documentId: DocumentId, row: UpdateRow): Promise<StoredRecord> {
  const firstSequence = sequenceOf(row._id);
  const joined = await readValue(store, updatePlace(documentId, row), row);
  if ('damage' in joined) throw damagedRecord(documentId, firstSequence, joined.damage);
  const updates = row.last - firstSequence + 1;
  try {
    const record = unpack({ firstSequence, updates, body: joined.value });
    if (record.updates.length === updates) return record;
  } catch (error) {
    throw damagedRecord(documentId, firstSequence, error instanceof Error ? error.message : String(error));
  }
  throw damagedRecord(documentId, firstSequence, 'it has not as many updates as its row says');
}

/** Where the value of a stored row belongs. */
export function updatePlace(documentId: DocumentId, { _id, last, stamp }: UpdateRow): ValuePlace {
  return placeOf(documentId, incarnationOf(_id), sequenceOf(_id), last, stamp);
}

function placeOf(
  documentId: DocumentId,
  incarnation: string,
  sequence: number,
  last: number,
  stamp: string,
): ValuePlace {
  return { document: documentId.value, incarnation, kind: 'updates', sequence, stamp, fields: [last] };
}

function damagedRecord(documentId: DocumentId, firstSequence: number, detail: string): DamagedDocumentError {
  return new DamagedDocumentError(documentId, `the record of update ${firstSequence}: ${detail}`);
}
