import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { DamagedDocumentError, type LogRecord } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { StoredRecord } from '../shared/assemble-document.ts';
import { sequenceOfKey } from './keys.ts';
import { HEADER_BYTES, seal, unseal } from './sealed-value.ts';

/** The stored form of a record: header, timestamp, number of updates, their lengths (varUint each), then the updates. */
export function encodeRecord(key: Uint8Array, record: LogRecord): Uint8Array {
  const numbers = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, record.timestamp);
    encoding.writeVarUint(encoder, record.updates.length);
    for (const update of record.updates) encoding.writeVarUint(encoder, update.length);
  });
  // Written into one array of the right size: an update may have a hundred megabytes.
  let end = HEADER_BYTES + numbers.length;
  const value = new Uint8Array(record.updates.reduce((size, update) => size + update.length, end));
  value.set(numbers, HEADER_BYTES);
  for (const update of record.updates) {
    value.set(update, end);
    end += update.length;
  }
  return seal(key, value);
}

/**
 * The record `encodeRecord` wrote. Its updates are views of `value`.
 * @throws DamagedDocumentError when any bit of key or value is not as it was written.
 */
export function decodeRecord(documentId: DocumentId, key: Uint8Array, value: Uint8Array): StoredRecord {
  const firstSequence = sequenceOfKey(documentId, key);
  if (firstSequence === undefined) throw new DamagedDocumentError(documentId, 'the key of a record is malformed');
  const unsealed = unseal(key, value);
  if ('damage' in unsealed) throw damaged(documentId, firstSequence, unsealed.damage);
  try {
    return { firstSequence, ...decodeBody(unsealed.body) };
  } catch (error) {
    throw damaged(documentId, firstSequence, error instanceof Error ? error.message : String(error));
  }
}

function decodeBody(body: Uint8Array): Omit<StoredRecord, 'firstSequence'> {
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
  return { timestamp, updates };
}

function damaged(documentId: DocumentId, firstSequence: number, detail: string): DamagedDocumentError {
  return new DamagedDocumentError(documentId, `the record of update ${firstSequence}: ${detail}`);
}
