import { Buffer } from 'node:buffer';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { HEADER_BYTES, seal, unseal } from '../shared/sealed-value.ts';
import type { CachedDocument } from './cache-level.ts';

/** Changes whenever the format does, so that nodes of two releases do not read each other's entries. */
const FORMAT = 1;

/**
 * An entry as bytes: the header of a sealed value (format, CRC-32 of document id and content), then version (string),
 * sequence, last modified, whether there is a snapshot (0 or 1) with its sequence and length, the number of updates
 * behind it and their lengths (varUint each), and then all these bytes in that order.
 */
export function encodeCachedDocument(documentId: DocumentId, { version, document }: CachedDocument): Uint8Array {
  const { snapshot, tail, sequence, lastModified } = document;
  const numbers = encoding.encode((encoder) => {
    encoding.writeVarString(encoder, version);
    encoding.writeVarUint(encoder, sequence);
    encoding.writeVarUint(encoder, lastModified);
    encoding.writeVarUint(encoder, snapshot === undefined ? 0 : 1);
    if (snapshot !== undefined) {
      encoding.writeVarUint(encoder, snapshot.sequence);
      encoding.writeVarUint(encoder, snapshot.update.length);
    }
    encoding.writeVarUint(encoder, tail.length);
    for (const update of tail) encoding.writeVarUint(encoder, update.length);
  });
  const updates = snapshot === undefined ? tail : [snapshot.update, ...tail];
  const value = Buffer.concat([new Uint8Array(HEADER_BYTES), numbers, ...updates]);
  return seal(Buffer.from(documentId.value), value, FORMAT);
}

/**
 * What `encodeCachedDocument` wrote for this document; `undefined` where any bit of it is not as it was written, or
 * another release wrote it: a cache is asked again elsewhere. The updates are views of `bytes`.
 */
export function decodeCachedDocument(documentId: DocumentId, bytes: Uint8Array): CachedDocument | undefined {
  const unsealed = unseal(Buffer.from(documentId.value), bytes, [FORMAT]);
  if ('damage' in unsealed) return undefined;
  try {
    return read(decoding.createDecoder(unsealed.body));
  } catch {
    return undefined;
  }
}

function read(decoder: decoding.Decoder): CachedDocument {
  const version = decoding.readVarString(decoder);
  const sequence = decoding.readVarUint(decoder);
  const lastModified = decoding.readVarUint(decoder);
  const head = decoding.readVarUint(decoder) === 0 ? undefined : readHead(decoder);
  const lengths: number[] = [];
  for (let left = decoding.readVarUint(decoder); left > 0; left--) lengths.push(decoding.readVarUint(decoder));
  const snapshot =
    head === undefined ? undefined : { sequence: head.sequence, update: decoding.readUint8Array(decoder, head.length) };
  const tail = lengths.map((length) => decoding.readUint8Array(decoder, length));
  return { version, document: { snapshot, tail, sequence, lastModified } };
}

function readHead(decoder: decoding.Decoder): { readonly sequence: number; readonly length: number } {
  return { sequence: decoding.readVarUint(decoder), length: decoding.readVarUint(decoder) };
}
