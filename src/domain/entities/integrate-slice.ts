import * as Y from 'yjs';

/**
 * Integrates one slice of a larger update.
 *
 * Not by `Y.applyUpdate` alone: after a remote change Yjs removes formatting that looks needless from texts that were
 * there before. Between two slices that is formatting whose text comes later.
 * @throws whatever Yjs throws: then the document is suspect
 */
export function integrateSlice(doc: Y.Doc, slice: Uint8Array): void {
  doc.transact((transaction) => {
    Y.applyUpdate(doc, slice);
    transaction.changed.clear();
  });
}
