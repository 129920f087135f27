/** What the thread is to make of the updates: their state, garbage-collected, or what a state vector lacks of them. */
export type Task = { readonly kind: 'merge' } | { readonly kind: 'diff'; readonly stateVector: Uint8Array };

/** All updates in one array, so that it can be transferred; `lengths` tells where each ends. */
export interface Request {
  readonly task: Task;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lengths: readonly number[];
}

export type Reply =
  | { readonly kind: 'done'; readonly update: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'failed'; readonly reason: string };

/** Copies the updates: a view of a larger buffer would otherwise take all of that buffer along. */
export function packRequest(task: Task, updates: readonly Uint8Array[]): Request {
  const lengths = updates.map((update) => update.length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let start = 0;
  for (const update of updates) {
    bytes.set(update, start);
    start += update.length;
  }
  return { task, bytes, lengths };
}
