import { setImmediate } from 'node:timers/promises';

/** All updates in one array, so that it can be transferred to another thread; `lengths` tells where each ends. */
export interface PackedUpdates {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lengths: readonly number[];
}

/** Bytes copied in one go: about a millisecond. Shared memory would have to be filled too, at the same price. */
const COPY_BYTES = 2 ** 21;

/**
 * Copies the updates: a view of a larger buffer would otherwise take all of that buffer along. Lets others have their
 * turn in between.
 */
export async function packUpdates(updates: readonly Uint8Array[]): Promise<PackedUpdates> {
  const lengths = updates.map((update) => update.length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let start = 0;
  let copied = 0;
  for (const update of updates) {
    for (let from = 0; from < update.length; from += COPY_BYTES) {
      const piece = update.subarray(from, from + COPY_BYTES);
      if (copied + piece.length > COPY_BYTES) {
        copied = 0;
        await setImmediate();
      }
      bytes.set(piece, start);
      start += piece.length;
      copied += piece.length;
    }
  }
  return { bytes, lengths };
}

/** The updates that were packed, as views of its bytes. */
export function unpackUpdates({ bytes, lengths }: PackedUpdates): readonly Uint8Array[] {
  let start = 0;
  return lengths.map((length) => {
    start += length;
    return bytes.subarray(start - length, start);
  });
}

/** An update whose buffer holds nothing else, so that it can be transferred. */
export function transferable(update: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = update;
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return isAlone ? new Uint8Array(buffer) : new Uint8Array(update);
}
