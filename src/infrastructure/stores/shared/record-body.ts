import * as decoding from 'lib0/decoding';
import type { LogRecord } from '../../../domain/repositories/update-log.ts';
import type { StoredRecord } from './assemble-document.ts';
import { type ByteWriter, varUintLength } from './byte-writer.ts';

/** A record whose updates stay encoded: it is written to the log and moved into the database as these bytes. */
export interface PackedRecord {
  readonly firstSequence: number;
  /** How many updates `body` holds; at least one. */
  readonly updates: number;
  /** As `writeBody` wrote it. */
  readonly body: Uint8Array;
}

/** Bytes that `writeBody` writes for a record. */
export function bodyLength({ timestamp, updates }: LogRecord): number {
  let length = varUintLength(timestamp) + varUintLength(updates.length);
  for (const update of updates) length += varUintLength(update.length) + update.length;
  return length;
}

/** The content of a record: timestamp, number of updates, their lengths (varUint each), then the updates. */
export function writeBody(writer: ByteWriter, { timestamp, updates }: LogRecord): void {
  writer.varUint(timestamp);
  writer.varUint(updates.length);
  for (const update of updates) writer.varUint(update.length);
  for (const update of updates) writer.raw(update);
}

/** How many updates a body holds. @throws Error where it is not as `writeBody` wrote it; not all of it is looked at */
export function updatesIn(body: Uint8Array): number {
  const decoder = decoding.createDecoder(body);
  decoding.readVarUint(decoder);
  const count = decoding.readVarUint(decoder);
  if (count === 0) throw new RangeError('it holds no update');
  return count;
}

/** The record of a body. Its updates are views of it. @throws Error when it is not as `writeBody` wrote it */
export function unpack({ firstSequence, body }: PackedRecord): StoredRecord {
  const decoder = decoding.createDecoder(body);
  const timestamp = decoding.readVarUint(decoder);
  const count = decoding.readVarUint(decoder);
  if (count === 0) throw new RangeError('it holds no update');
  const lengths: number[] = [];
  while (lengths.length < count) lengths.push(decoding.readVarUint(decoder));
  const updates: Uint8Array[] = [];
  let start = decoder.pos;
  for (const length of lengths) {
    // `subarray` would cut it short and say nothing.
    if (length > body.length - start) throw new RangeError('an update is longer than its record');
    updates.push(body.subarray(start, start + length));
    start += length;
  }
  if (start !== body.length) throw new RangeError('bytes are left over behind its last update');
  return { firstSequence, timestamp, updates };
}

/** The sequence number of the last update. */
export function lastOf({ firstSequence, updates }: PackedRecord): number {
  return firstSequence + updates - 1;
}
