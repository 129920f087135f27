import * as Y from 'yjs';
import { scanInSteps } from '../codecs/scan-in-steps.ts';
import { scanUpdate } from '../codecs/scan-update.ts';
import { SLICE_LIMITS, type SliceLimits, sliceUpdate } from '../codecs/slice-update.ts';
import { UPDATES_A_STEP } from './document-weight.ts';
import { tidyInSteps } from './tidy-in-steps.ts';

/**
 * Integrates updates (Yjs, encoding v1) of any size, in their order, with the result of one `Y.applyUpdate` of each in one
 * transaction. Each `next()` does a bounded piece of the work; in between the document is valid and grows. Others' updates
 * wait until it is done, or go by `integrateSlice` too. For a document that nobody observes: events do not tell what was
 * integrated.
 *
 * Where an update refers to others that are not there, `doc.store.pendingStructs` and `pendingDs` keep what waits.
 * @throws CollaborationError `invalid`, from `next()`, for what is no update · whatever Yjs throws; in either case the
 * document is then suspect
 */
export function* integrateInSteps(
  doc: Y.Doc,
  updates: Iterable<Uint8Array>,
  limits: SliceLimits = SLICE_LIMITS,
): Generator<undefined, void> {
  let small = 0;
  for (const update of updates) {
    if (update.byteLength * UPDATES_A_STEP <= limits.bytes) {
      integrateSlice(doc, update);
      small++;
      if (small % UPDATES_A_STEP === 0) yield;
      continue;
    }
    const scan = yield* scanInSteps(update);
    for (const slice of sliceUpdate(update, scan, limits)) {
      integrateSlice(doc, slice);
      yield;
    }
  }
  yield* tidyInSteps(doc);
}

/**
 * Integrates one slice and puts off what Yjs does at the end of a transaction, until `tidyInSteps`. Between two slices it
 * would be waste: structs are joined that the next slice parts again, each time moving half of the client's structs. And
 * it would be wrong: formatting whose text comes later is deleted as needless.
 * @param slice one of `sliceUpdate`, or any small update
 * @throws whatever Yjs throws: then the document is suspect
 */
export function integrateSlice(doc: Y.Doc, slice: Uint8Array): void {
  doc.transact((transaction) => {
    Y.applyUpdate(doc, slice);
    // Only of those that have changed: there may be many clients, and this is for each slice.
    const clients = scanUpdate(slice).structs.map(({ client }) => client);
    putOffCleanup(transaction, clients);
  });
}

/** Yjs looks at what the transaction says has changed: structs behind `beforeState`, deletes, types, split structs. */
function putOffCleanup(transaction: Y.Transaction, clients: readonly number[]): void {
  const { store } = transaction.doc;
  for (const client of clients) transaction.beforeState.set(client, Y.getState(store, client));
  transaction.deleteSet.clients.clear();
  transaction.changed.clear();
  transaction._mergeStructs.length = 0;
}
