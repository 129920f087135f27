import { LRUCache } from 'lru-cache';
import { concatFrames } from '../framing.ts';
import { encodeStep2, encodeUpdate } from './y-websocket-codec.ts';

/** What a document that nobody edits has to say to newcomers, framed; bytes in all. */
const CACHED_BYTES = 32 * 1024 * 1024;

/** An answer is kept when it is asked for again: most documents are opened once. */
const asked = new WeakSet<readonly Uint8Array[]>();
const framed = new LRUCache<readonly Uint8Array[], Buffer>({
  maxSize: CACHED_BYTES,
  sizeCalculation: (frames) => Math.max(1, frames.byteLength),
});

const NO_CHANGE = new Uint8Array([0, 0]);

/**
 * The answer to a sync step 1, a frame each: updates in order, the last as step 2, for the provider counts itself
 * synced from there.
 */
export function syncFrames(parts: readonly Uint8Array[]): Buffer {
  const known = framed.get(parts);
  if (known !== undefined) return known;
  const last = parts.length - 1;
  const messages = parts.map((part, at) => (at === last ? encodeStep2(part) : encodeUpdate(part)));
  const frames = concatFrames(messages.length === 0 ? [encodeStep2(NO_CHANGE)] : messages, 'binary');
  if (asked.has(parts)) framed.set(parts, frames);
  else asked.add(parts);
  return frames;
}
