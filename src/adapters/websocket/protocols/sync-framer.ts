import { LRUCache } from 'lru-cache';
import { updatePieces } from './update-frames.ts';

/** What documents that nobody edits have to say to newcomers, framed; bytes in all that were copied for it. */
const CACHED_BYTES = 32 * 1024 * 1024;

interface Framed {
  readonly pieces: readonly Uint8Array[];
  readonly copiedBytes: number;
}

const framed = new LRUCache<object, Framed>({
  maxSize: CACHED_BYTES,
  sizeCalculation: ({ copiedBytes }) => Math.max(1, copiedBytes),
});

const NO_CHANGE = [new Uint8Array([0, 0])];

/** What stands before the length of an update in one protocol, and in some of them for one document. */
export interface SyncHeads {
  readonly step2: Uint8Array;
  readonly update: Uint8Array;
}

/**
 * Makes the answer to a sync step 1, a frame each: updates in order, the last as step 2, for the provider counts itself
 * synced from there.
 */
export class SyncFramer {
  readonly #heads: SyncHeads;
  /** What was asked for before: an answer is kept when it is asked for again, for most documents are opened once. */
  readonly #asked = new WeakMap<readonly Uint8Array[], object>();

  constructor(heads: SyncHeads) {
    this.#heads = heads;
  }

  /** To be written piece by piece, in order. */
  frames(parts: readonly Uint8Array[]): readonly Uint8Array[] {
    const key = this.#asked.get(parts);
    const known = key === undefined ? undefined : framed.get(key);
    if (known !== undefined) return known.pieces;
    const { update, step2 } = this.#heads;
    const pieces = updatePieces(parts.length === 0 ? NO_CHANGE : parts, update, step2);
    if (key === undefined) this.#asked.set(parts, {});
    else framed.set(key, { pieces, copiedBytes: copiedBytes(pieces, parts) });
    return pieces;
  }
}

function copiedBytes(pieces: readonly Uint8Array[], parts: readonly Uint8Array[]): number {
  const own = new Set(parts);
  return pieces.reduce((sum, piece) => sum + (own.has(piece) ? 0 : piece.byteLength), 0);
}
