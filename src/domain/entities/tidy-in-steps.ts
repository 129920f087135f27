import * as Y from 'yjs';

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
    this.#ranges.set(client, [{ clock, len: end - clock }]);
    return clock;
  }

  run(doc: Y.Doc): void {
    doc.transact((transaction) => {
      for (const [client, ranges] of this.#ranges) transaction.deleteSet.clients.set(client, ranges);
    });
  }
}
