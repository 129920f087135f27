import { Buffer } from 'node:buffer';
import * as decoding from 'lib0/decoding';
import type { LogRecord } from '../../../../domain/repositories/update-log.ts';
import { DocumentId } from '../../../../domain/value-objects/document-id.ts';
import { ByteWriter, varUintLength } from '../../shared/byte-writer.ts';
import { bodyLength, type PackedRecord, updatesIn, writeBody } from '../../shared/record-body.ts';

/**
 * What the write-ahead log says of a document. A deletion takes everything before it, in the log and in the database. A
 * compaction stands behind a deletion: the database has a snapshot of what came since, up to a sequence number.
 */
export type LogEntry =
  | { readonly kind: 'record'; readonly documentId: DocumentId; readonly record: PackedRecord }
  | { readonly kind: 'deletion'; readonly documentId: DocumentId }
  | { readonly kind: 'compaction'; readonly documentId: DocumentId; readonly sequence: number };

/** Entries and the bytes that stand for them in the log. The bodies of records are views of these bytes. */
export interface EncodedEntries {
  readonly payload: Uint8Array;
  readonly entries: readonly LogEntry[];
}

/** In the place of the first sequence number, which is never 0. */
const DELETION = 0;
/** Likewise: no document gets so far. */
const COMPACTION = Number.MAX_SAFE_INTEGER;

/**
 * Each entry: length of the id and the id (UTF-8), first sequence number, length of the body and the body. Numbers are
 * varUint.
 */
export function encodeRecordEntries(records: readonly LogRecord[]): EncodedEntries {
  const sizes = records.map(bodyLength);
  const writer = new ByteWriter(
    records.reduce((size, record, at) => size + headLength(record) + prefixed(sizes[at] ?? 0), 0),
  );
  const entries = records.map((record, at): LogEntry => {
    const { documentId, firstSequence, updates } = record;
    writeHead(writer, record);
    writer.varUint(sizes[at] ?? 0);
    const start = writer.position;
    writeBody(writer, record);
    const body = writer.bytes.subarray(start, writer.position);
    return { kind: 'record', documentId, record: { firstSequence, updates: updates.length, body } };
  });
  return { payload: writer.bytes, entries };
}

/** A first sequence number of 0 and no body. */
export function encodeDeletion(documentId: DocumentId): EncodedEntries {
  const head = { documentId, firstSequence: DELETION };
  const writer = new ByteWriter(headLength(head));
  writeHead(writer, head);
  return { payload: writer.bytes, entries: [{ kind: 'deletion', documentId }] };
}

/** The first sequence number of `COMPACTION`, then the snapshot's sequence number. */
export function encodeCompaction(documentId: DocumentId, sequence: number): EncodedEntries {
  const head = { documentId, firstSequence: COMPACTION };
  const writer = new ByteWriter(headLength(head) + varUintLength(sequence));
  writeHead(writer, head);
  writer.varUint(sequence);
  return { payload: writer.bytes, entries: [{ kind: 'compaction', documentId, sequence }] };
}

/** What one of the encoders wrote, or several one behind the other. @throws Error when it is anything else */
export function decodeEntries(payload: Uint8Array): LogEntry[] {
  const decoder = decoding.createDecoder(payload);
  const entries: LogEntry[] = [];
  while (decoding.hasContent(decoder)) entries.push(decodeEntry(decoder));
  return entries;
}

function decodeEntry(decoder: decoding.Decoder): LogEntry {
  const documentId = DocumentId.parse(Buffer.from(readPrefixed(decoder)).toString('utf8'));
  const firstSequence = decoding.readVarUint(decoder);
  if (firstSequence === DELETION) return { kind: 'deletion', documentId };
  if (firstSequence === COMPACTION) {
    return { kind: 'compaction', documentId, sequence: decoding.readVarUint(decoder) };
  }
  const body = readPrefixed(decoder);
  return { kind: 'record', documentId, record: { firstSequence, updates: updatesIn(body), body } };
}

function readPrefixed(decoder: decoding.Decoder): Uint8Array {
  const length = decoding.readVarUint(decoder);
  // lib0 would say that the length of an array is invalid.
  if (length > decoder.arr.length - decoder.pos) throw new RangeError('an entry is longer than its frame');
  return decoding.readUint8Array(decoder, length);
}

interface Head {
  readonly documentId: DocumentId;
  readonly firstSequence: number;
}

function headLength({ documentId, firstSequence }: Head): number {
  return prefixed(Buffer.byteLength(documentId.value)) + varUintLength(firstSequence);
}

function writeHead(writer: ByteWriter, { documentId, firstSequence }: Head): void {
  writer.varUint(Buffer.byteLength(documentId.value));
  writer.utf8(documentId.value);
  writer.varUint(firstSequence);
}

function prefixed(length: number): number {
  return varUintLength(length) + length;
}
