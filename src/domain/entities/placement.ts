import * as Y from 'yjs';

type Store = Y.Doc['store'];

/**
 * Looks at where the items of a client that are new since `from` were put. An editor puts an item between two neighbours of
 * one list; Yjs takes it at its word, and where the two are no neighbours the item ends up in one place here and in
 * another with whoever integrates the same updates in another order, or at another time.
 * @param update what they came in, encoding v1
 * @throws Error for an item between two that are not of one list, or not in this order
 */
export function checkPlacement(store: Store, client: number, from: number, update: Uint8Array): void {
  const structs = store.clients.get(client);
  if (structs === undefined || from >= Y.getState(store, client)) return;
  for (let index = Y.findIndexSS(structs, from); index < structs.length; index++) {
    const struct = structs[index];
    if (!(struct instanceof Y.Item)) {
      checkCollected(store, client, from, update);
      return;
    }
    if (struct.origin !== null && struct.rightOrigin !== null) checkItem(store, struct.origin, struct.rightOrigin);
  }
}

/** An item whose place was collected is collected at once, and no longer says where it was put: the update does. */
function checkCollected(store: Store, client: number, from: number, update: Uint8Array): void {
  // What is behind it waits, perhaps for the very items between which it is to be put.
  const end = Y.getState(store, client);
  for (const struct of Y.decodeUpdate(update).structs) {
    const { id, length } = struct;
    if (!(struct instanceof Y.Item) || id.client !== client || id.clock + length <= from || id.clock >= end) continue;
    if (struct.origin !== null && struct.rightOrigin !== null) checkItem(store, struct.origin, struct.rightOrigin);
  }
}

function checkItem(store: Store, origin: Y.ID, rightOrigin: Y.ID): void {
  const left = Y.getItem(store, origin);
  const right = Y.getItem(store, rightOrigin);
  // A list is collected as a whole, and then nothing is known of it but that it was deleted.
  const [isLeftThere, isRightThere] = [left instanceof Y.Item, right instanceof Y.Item];
  if (!isLeftThere && !isRightThere) return;
  if (!isLeftThere || !isRightThere || left.parent !== right.parent || left.parentSub !== right.parentSub) {
    throw new Error('An item was put between two that are not of one list.');
  }
  // An entry of a map comes behind all that the editor knows of its key.
  if (left.parentSub !== null) throw new Error('An entry of a map was put before another one.');
  // As far as Yjs went to integrate it.
  for (let next = left.right; next !== right; next = next.right) {
    if (next === null) throw new Error('An item was put between two that are in another order.');
  }
}
