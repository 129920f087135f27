import { Buffer } from 'node:buffer';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';

/** Ends the id in a record's key. Below every byte an id may hold, so ids keep their order: `a`, `a/b`, `a0`. */
const END_OF_ID = 0x00;
/** Sorts behind every record of an id and before every longer id: ids hold no control characters. */
const BEHIND_RECORDS = 0x01;
const SEQUENCE_BYTES = 8;
const INDEX_BYTES = 4;

/** Key of a snapshot: the id in UTF-8, at most 768 bytes (LMDB allows 1978). */
export function snapshotKey(documentId: DocumentId): Buffer {
  return Buffer.from(documentId.value, 'utf8');
}

/** Key of a record: the id in UTF-8, a zero byte, and the sequence number of its first update (uint64, big-endian). */
export function recordKey(documentId: DocumentId, firstSequence: number): Buffer {
  const id = snapshotKey(documentId);
  const key = Buffer.alloc(id.length + 1 + SEQUENCE_BYTES);
  key.set(id);
  key[id.length] = END_OF_ID;
  key.writeBigUInt64BE(BigInt(firstSequence), id.length + 1);
  return key;
}

/** Key of a chunk of a snapshot: as a record's, with the snapshot's sequence number, and its index (uint32, big-endian). */
export function chunkKey(documentId: DocumentId, sequence: number, index: number): Buffer {
  const snapshot = recordKey(documentId, sequence);
  const key = Buffer.alloc(snapshot.length + INDEX_BYTES);
  key.set(snapshot);
  key.writeUInt32BE(index, snapshot.length);
  return key;
}

/** The keys of all records, or all chunks, of a document: `start` included, `end` not. */
export function recordRange(documentId: DocumentId): { start: Buffer; end: Buffer } {
  const id = snapshotKey(documentId);
  return { start: withByte(id, END_OF_ID), end: withByte(id, BEHIND_RECORDS) };
}

/** The first sequence number in a record's key; `undefined` where it is no number a record can have. */
export function sequenceOfKey(documentId: DocumentId, key: Uint8Array): number | undefined {
  const id = snapshotKey(documentId);
  if (key.length !== id.length + 1 + SEQUENCE_BYTES) return undefined;
  const sequence = Number(Buffer.from(key).readBigUInt64BE(id.length + 1));
  return Number.isSafeInteger(sequence) && sequence > 0 ? sequence : undefined;
}

/** The id bytes of a record's key. */
export function idOfRecordKey(key: Uint8Array): Buffer {
  const end = key.indexOf(END_OF_ID);
  return Buffer.from(key.subarray(0, end < 0 ? key.length : end));
}

/** Where the search for the next snapshot goes on behind an id. */
export function behindSnapshot(id: Uint8Array): Buffer {
  return withByte(id, END_OF_ID);
}

/** Where the search for the next document's records goes on behind an id. */
export function behindRecords(id: Uint8Array): Buffer {
  return withByte(id, BEHIND_RECORDS);
}

function withByte(bytes: Uint8Array, last: number): Buffer {
  const longer = Buffer.alloc(bytes.length + 1);
  longer.set(bytes);
  longer[bytes.length] = last;
  return longer;
}
