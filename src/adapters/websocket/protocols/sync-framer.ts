import { LRUCache } from 'lru-cache';
import { concatFrames } from '../framing.ts';
import { lengthPrefixed } from './length-prefixed.ts';

/** What documents that nobody edits have to say to newcomers, framed; bytes in all. */
const CACHED_BYTES = 32 * 1024 * 1024;

const framed = new LRUCache<object, Buffer>({
  maxSize: CACHED_BYTES,
  sizeCalculation: (frames) => Math.max(1, frames.byteLength),
});

const NO_CHANGE = new Uint8Array([0, 0]);

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

  frames(parts: readonly Uint8Array[]): Buffer {
    const key = this.#asked.get(parts);
    const known = key === undefined ? undefined : framed.get(key);
    if (known !== undefined) return known;
    const frames = this.#frame(parts);
    if (key === undefined) this.#asked.set(parts, {});
    else framed.set(key, frames);
    return frames;
  }

  #frame(parts: readonly Uint8Array[]): Buffer {
    const { step2, update } = this.#heads;
    if (parts.length === 0) return concatFrames([lengthPrefixed(step2, NO_CHANGE)], 'binary');
    const last = parts.length - 1;
    const messages = parts.map((part, at) => lengthPrefixed(at === last ? step2 : update, part));
    return concatFrames(messages, 'binary');
  }
}
