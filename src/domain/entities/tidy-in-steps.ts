import * as Y from 'yjs';

type Structs = readonly (Y.Item | Y.GC)[];

/** Structs of a step. */
const STEP_STRUCTS = 2000;

/**
 * Collects deleted contents and joins structs that can be one: what Yjs does at the end of a transaction, here for all of
 * a document, each `next()` for some of its structs. The second round joins what was collected on account of a parent
 * that the first one came to later.
 */
export function* tidyInSteps(doc: Y.Doc): Generator<undefined, void> {
  for (let round = 0; round < 2; round++) {
    let step = new Tidying();
    for (const client of [...doc.store.clients.keys()]) {
      for (let end = Y.getState(doc.store, client); end > 0; ) {
        end = step.add(doc.store, client, end);
        if (!step.isFull) continue;
        step.run(doc);
        yield;
        step = new Tidying();
      }
    }
    step.run(doc);
    yield;
  }
}

/** Clocks of some structs, given to Yjs as if they had been deleted just now: it looks whether they were. */
class Tidying {
  readonly #ranges = new Map<number, { clock: number; len: number }[]>();
  #structs = 0;

  get isFull(): boolean {
    return this.#structs >= STEP_STRUCTS;
  }

  /** Adds as many structs below clock `end` as there is room for. Returns the clock of the first one. */
  add(store: Y.Doc['store'], client: number, end: number): number {
    const structs = store.clients.get(client) ?? [];
    const last = Y.findIndexSS(structs, end - 1);
    const first = Math.max(0, last + 1 - (STEP_STRUCTS - this.#structs));
    const clock = structs[first]?.id.clock ?? 0;
    this.#structs += last + 1 - first;
    if (isUntidy(structs, first, last)) this.#ranges.set(client, [{ clock, len: end - clock }]);
    return clock;
  }

  run(doc: Y.Doc): void {
    // A transaction costs time for each client that the document has.
    if (this.#ranges.size === 0) return;
    doc.transact((transaction) => {
      for (const [client, ranges] of this.#ranges) transaction.deleteSet.clients.set(client, ranges);
    });
  }
}

/** Whether one of the structs from `first` to `last` may be collected, or joined with the one before or behind it. */
function isUntidy(structs: Structs, first: number, last: number): boolean {
  for (let at = first; at <= last + 1; at++) {
    const [left, struct] = [structs[at - 1], structs[at]];
    if (struct === undefined) return false;
    if (left !== undefined && mayBeOne(left, struct)) return true;
    if (struct instanceof Y.Item && struct.deleted && !(struct.content instanceof Y.ContentDeleted)) return true;
  }
  return false;
}

/** What `mergeWith` in yjs/src/structs/Item.js and GC.js asks for, as far as it costs little. */
function mayBeOne(left: Y.Item | Y.GC, right: Y.Item | Y.GC): boolean {
  if (left instanceof Y.GC || right instanceof Y.GC) return left instanceof Y.GC && right instanceof Y.GC;
  return (
    left.right === right &&
    left.deleted === right.deleted &&
    left.content.constructor === right.content.constructor &&
    right.origin?.client === left.id.client &&
    right.origin.clock === right.id.clock - 1
  );
}
