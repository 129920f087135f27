import * as Y from 'yjs';
import { scanInSteps } from '../codecs/scan-in-steps.ts';
import { sliceUpdate } from '../codecs/slice-update.ts';
import { isSmallStep, UPDATES_A_STEP } from './document-weight.ts';
import { integrateSlice } from './integrate-slice.ts';

/**
 * Integrates stored updates into `doc`, each `next()` so much as takes a few milliseconds.
 * @throws whatever Yjs throws, from `next()`
 */
export function* integrateInSteps(doc: Y.Doc, updates: readonly Uint8Array[]): Generator<undefined, void> {
  let small: Uint8Array[] = [];
  for (const update of updates) {
    if (isSmallStep(update)) {
      small.push(update);
      if (small.length < UPDATES_A_STEP && small.length * update.byteLength < 65_536) continue;
    }
    integrateAll(doc, small);
    small = [];
    yield;
    if (!isSmallStep(update)) yield* integrateLarge(doc, update);
  }
  integrateAll(doc, small);
}

function* integrateLarge(doc: Y.Doc, update: Uint8Array): Generator<undefined, void> {
  const scan = yield* scanInSteps(update);
  for (const slice of sliceUpdate(update, scan)) {
    integrateSlice(doc, slice);
    yield;
  }
}

function integrateAll(doc: Y.Doc, updates: readonly Uint8Array[]): void {
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });
}
