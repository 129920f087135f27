import { setImmediate } from 'node:timers/promises';

/** What is asked of the thread. */
export type Work = { readonly kind: 'merge' } | { readonly kind: 'diff'; readonly stateVector: Uint8Array };

/** All updates in one array, so that it can be transferred; `lengths` tells where each ends. */
export interface WorkRequest {
  readonly work: Work;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lengths: readonly number[];
}

export type WorkReply =
  | { readonly kind: 'done'; readonly update: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'failed'; readonly reason: string };

/** Bytes copied in one go: about a millisecond. Shared memory would have to be filled too, at the same price. */
const COPY_BYTES = 2 ** 21;

/**
 * Copies the updates: a view of a larger buffer would otherwise take all of that buffer along. Lets others have their
 * turn in between.
 */
export async function packRequest(work: Work, updates: readonly Uint8Array[]): Promise<WorkRequest> {
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
  return { work, bytes, lengths };
}

/** The updates of a request, as views of its bytes. */
export function unpackUpdates({ bytes, lengths }: WorkRequest): readonly Uint8Array[] {
  let start = 0;
  return lengths.map((length) => {
    start += length;
    return bytes.subarray(start - length, start);
  });
}
