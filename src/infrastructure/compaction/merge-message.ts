/** All updates in one array, so that it can be transferred; `lengths` tells where each ends. */
export interface MergeRequest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lengths: readonly number[];
}

export type MergeReply =
  | { readonly kind: 'merged'; readonly update: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'failed'; readonly reason: string };

/** Copies the updates: a view of a larger buffer would otherwise take all of that buffer along. */
export function packRequest(updates: readonly Uint8Array[]): MergeRequest {
  const lengths = updates.map((update) => update.length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let start = 0;
  for (const update of updates) {
    bytes.set(update, start);
    start += update.length;
  }
  return { bytes, lengths };
}
