import * as Y from 'yjs';

/** `mergeUpdates` looks at every update for every struct; in small groups the work grows with the structs alone. */
const GROUP = 32;

/** The updates as one. @param updates at least one; Yjs updates, encoding v1 */
export function mergeAll(updates: readonly Uint8Array[]): Uint8Array {
  let level = updates;
  while (level.length > 1) {
    const next: Uint8Array[] = [];
    for (let at = 0; at < level.length; at += GROUP) next.push(Y.mergeUpdates(level.slice(at, at + GROUP)));
    level = next;
  }
  const [merged] = level;
  if (merged === undefined) throw new RangeError('There is nothing to merge.');
  return merged;
}
