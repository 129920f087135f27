import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { DamagedDocumentError } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { HEADER_BYTES, seal, unseal } from '../shared/sealed-value.ts';

/** Behind the header: sequence number and time of its newest update (varUint each), then the update. */
const WHOLE = 1;
/** Behind these two: bytes of the update and of a chunk (varUint each), then the CRC-32 of each chunk (uint32). */
const CHUNKED = 2;

/** What is stored of a snapshot under its document's key. */
export interface SnapshotHead {
  readonly sequence: number;
  /** Unix milliseconds. */
  readonly lastModified: number;
  readonly content: SnapshotContent;
}

/** A snapshot's update; or, where it is large, what its chunks are, which have keys of their own. */
export type SnapshotContent = { readonly kind: 'whole'; readonly update: Uint8Array } | Chunked;

export interface Chunked {
  readonly kind: 'chunked';
  /** Bytes of the update. */
  readonly length: number;
  /** Bytes of each chunk but the last. */
  readonly chunkBytes: number;
  /** CRC-32 of each chunk. */
  readonly checksums: readonly number[];
}

export function encodeSnapshot(key: Uint8Array, { sequence, lastModified, content }: SnapshotHead): Uint8Array {
  const isWhole = content.kind === 'whole';
  const numbers = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, sequence);
    encoding.writeVarUint(encoder, lastModified);
    if (isWhole) return;
    encoding.writeVarUint(encoder, content.length);
    encoding.writeVarUint(encoder, content.chunkBytes);
    for (const checksum of content.checksums) encoding.writeUint32(encoder, checksum);
  });
  const update = isWhole ? content.update : new Uint8Array(0);
  const value = new Uint8Array(HEADER_BYTES + numbers.length + update.length);
  value.set(numbers, HEADER_BYTES);
  value.set(update, HEADER_BYTES + numbers.length);
  return seal(key, value, isWhole ? WHOLE : CHUNKED);
}

/**
 * What `encodeSnapshot` wrote. A whole update is a view of `value`.
 * @throws DamagedDocumentError when any bit of key or value is not as it was written.
 */
export function decodeSnapshot(documentId: DocumentId, key: Uint8Array, value: Uint8Array): SnapshotHead {
  const unsealed = unseal(key, value, [WHOLE, CHUNKED]);
  if ('damage' in unsealed) throw damagedSnapshot(documentId, unsealed.damage);
  try {
    const decoder = decoding.createDecoder(unsealed.body);
    const sequence = decoding.readVarUint(decoder);
    const lastModified = decoding.readVarUint(decoder);
    const content = unsealed.version === WHOLE ? rest(decoder) : readChunked(decoder);
    return { sequence, lastModified, content };
  } catch (error) {
    throw damagedSnapshot(documentId, error instanceof Error ? error.message : String(error));
  }
}

export function damagedSnapshot(documentId: DocumentId, detail: string): DamagedDocumentError {
  return new DamagedDocumentError(documentId, `the snapshot: ${detail}`);
}

function rest(decoder: decoding.Decoder): SnapshotContent {
  return { kind: 'whole', update: decoder.arr.subarray(decoder.pos) };
}

function readChunked(decoder: decoding.Decoder): Chunked {
  const length = decoding.readVarUint(decoder);
  const chunkBytes = decoding.readVarUint(decoder);
  const checksums: number[] = [];
  while (decoding.hasContent(decoder)) checksums.push(decoding.readUint32(decoder));
  if (checksums.length !== Math.ceil(length / chunkBytes))
    throw new RangeError('its checksums are not as many as its chunks');
  return { kind: 'chunked', length, chunkBytes, checksums };
}
