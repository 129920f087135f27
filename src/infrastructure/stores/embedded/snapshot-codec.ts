import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { DamagedDocumentError } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { StoredSnapshot } from '../shared/assemble-document.ts';
import { HEADER_BYTES, seal, unseal } from './sealed-value.ts';

const FORMAT_VERSION = 1;

/** The stored form of a snapshot: header, sequence number and time of its newest update (varUint), then the update. */
export function encodeSnapshot(key: Uint8Array, snapshot: StoredSnapshot): Uint8Array {
  const numbers = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, snapshot.sequence);
    encoding.writeVarUint(encoder, snapshot.lastModified);
  });
  // Written into one array of the right size: a snapshot may have a hundred megabytes.
  const value = new Uint8Array(HEADER_BYTES + numbers.length + snapshot.update.length);
  value.set(numbers, HEADER_BYTES);
  value.set(snapshot.update, HEADER_BYTES + numbers.length);
  return seal(key, value, FORMAT_VERSION);
}

/**
 * The snapshot `encodeSnapshot` wrote. Its update is a view of `value`.
 * @throws DamagedDocumentError when any bit of key or value is not as it was written.
 */
export function decodeSnapshot(documentId: DocumentId, key: Uint8Array, value: Uint8Array): StoredSnapshot {
  const unsealed = unseal(key, value, [FORMAT_VERSION]);
  if ('damage' in unsealed) throw new DamagedDocumentError(documentId, `the snapshot: ${unsealed.damage}`);
  try {
    const decoder = decoding.createDecoder(unsealed.body);
    const sequence = decoding.readVarUint(decoder);
    const lastModified = decoding.readVarUint(decoder);
    return { sequence, lastModified, update: unsealed.body.subarray(decoder.pos) };
  } catch (error) {
    throw new DamagedDocumentError(
      documentId,
      `the snapshot: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
