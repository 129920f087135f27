import * as decoding from 'lib0/decoding';
import { DamagedDocumentError } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { StoredRecord } from '../shared/assemble-document.ts';
import { ByteWriter, varUintLength } from '../shared/byte-writer.ts';
import { type PackedRecord, unpack, updatesIn } from '../shared/record-body.ts';
import { HEADER_BYTES, seal, unseal } from '../shared/sealed-value.ts';
import { sequenceOfKey } from './keys.ts';

/** Behind the header: the body of one record. */
const ONE_RECORD = 1;
/** Behind the header: the bodies of records that follow one another, each behind its length (varUint). */
const MANY_RECORDS = 2;

/**
 * The stored form of records of which each starts where the one before it ends. They stay apart in it: at the end of
 * each a compaction may cut, and its time is that of the snapshot then.
 */
export function encodeRecords(key: Uint8Array, records: readonly PackedRecord[]): Uint8Array {
  const bodies = records.map(({ body }) => body);
  const writer = new ByteWriter(bodies.reduce((size, body) => size + stretch(bodies, body), HEADER_BYTES));
  writer.raw(new Uint8Array(HEADER_BYTES));
  for (const body of bodies) {
    if (bodies.length > 1) writer.varUint(body.length);
    writer.raw(body);
  }
  return seal(key, writer.bytes, bodies.length > 1 ? MANY_RECORDS : ONE_RECORD);
}

/**
 * The records `encodeRecords` wrote. Their bodies are views of `value`.
 * @throws DamagedDocumentError when any bit of key or value is not as it was written.
 */
export function decodeRecords(documentId: DocumentId, key: Uint8Array, value: Uint8Array): PackedRecord[] {
  const firstSequence = sequenceOfKey(documentId, key);
  if (firstSequence === undefined) throw new DamagedDocumentError(documentId, 'the key of a record is malformed');
  const unsealed = unseal(key, value, [ONE_RECORD, MANY_RECORDS]);
  if ('damage' in unsealed) throw damaged(documentId, firstSequence, unsealed.damage);
  return orDamaged(documentId, firstSequence, () => {
    const bodies = unsealed.version === ONE_RECORD ? [unsealed.body] : splitBodies(unsealed.body);
    return inSequence(firstSequence, bodies);
  });
}

/**
 * A record with its updates, which are views of its body.
 * @throws DamagedDocumentError when the body is not as it was written
 */
export function openRecord(documentId: DocumentId, record: PackedRecord): StoredRecord {
  return orDamaged(documentId, record.firstSequence, () => unpack(record));
}

function orDamaged<Result>(documentId: DocumentId, firstSequence: number, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw damaged(documentId, firstSequence, error instanceof Error ? error.message : String(error));
  }
}

function damaged(documentId: DocumentId, firstSequence: number, detail: string): DamagedDocumentError {
  return new DamagedDocumentError(documentId, `the record of update ${firstSequence}: ${detail}`);
}

function stretch(bodies: readonly Uint8Array[], { length }: Uint8Array): number {
  return bodies.length > 1 ? varUintLength(length) + length : length;
}

function splitBodies(bytes: Uint8Array): Uint8Array[] {
  const decoder = decoding.createDecoder(bytes);
  const bodies: Uint8Array[] = [];
  while (decoding.hasContent(decoder)) {
    const length = decoding.readVarUint(decoder);
    if (length > bytes.length - decoder.pos) throw new RangeError('a record is longer than what holds it');
    bodies.push(decoding.readUint8Array(decoder, length));
  }
  if (bodies.length === 0) throw new RangeError('it holds no record');
  return bodies;
}

function inSequence(firstSequence: number, bodies: readonly Uint8Array[]): PackedRecord[] {
  let next = firstSequence;
  return bodies.map((body) => {
    const record = { firstSequence: next, updates: updatesIn(body), body };
    next += record.updates;
    return record;
  });
}
