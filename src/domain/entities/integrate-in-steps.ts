import * as Y from 'yjs';
import { scanInSteps } from '../codecs/scan-in-steps.ts';
import { SLICE_LIMITS, type SliceLimits, sliceUpdate } from '../codecs/slice-update.ts';
import { UPDATES_A_STEP } from './document-weight.ts';
import { tidyInSteps } from './tidy-in-steps.ts';

/**
 * Integrates updates (Yjs, encoding v1) of any size, in their order, with the result of one `Y.applyUpdate` of each in one
 * transaction. Each `next()` does a bounded piece of the work; in between the document is valid and grows, and may be
 * edited. For a document that nobody observes: events do not tell what was integrated.
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
  let small: Uint8Array[] = [];
  let bytes = 0;
  for (const update of updates) {
    bytes += update.byteLength;
    if (bytes <= limits.bytes && small.length < UPDATES_A_STEP) {
      small.push(update);
      continue;
    }
    integrateSlices(doc, small);
    yield;
    small = [];
    bytes = 0;
    const scan = yield* scanInSteps(update);
    for (const slice of sliceUpdate(update, scan, limits)) {
      integrateSlices(doc, [slice]);
      yield;
    }
  }
  integrateSlices(doc, small);
  yield;
  yield* tidyInSteps(doc);
}

/**
 * Integrates slices and puts off what Yjs does at the end of a transaction. Between two slices that would be waste, or
 * worse: structs are joined that the next slice parts again, each time moving half of the client's structs; and from
 * texts that were there before, formatting is removed as needless whose text comes later.
 */
function integrateSlices(doc: Y.Doc, slices: readonly Uint8Array[]): void {
  doc.transact((transaction) => {
    for (const slice of slices) Y.applyUpdate(doc, slice);
    putOffCleanup(transaction);
  });
}

/** Yjs looks at what the transaction says has changed: structs behind `beforeState`, deletes, types, split structs. */
function putOffCleanup(transaction: Y.Transaction): void {
  const { store } = transaction.doc;
  for (const client of store.clients.keys()) transaction.beforeState.set(client, Y.getState(store, client));
  transaction.deleteSet.clients.clear();
  transaction.changed.clear();
  transaction._mergeStructs.length = 0;
}
