import * as Y from 'yjs';
import { CollaborationError } from '../errors.ts';
import type { DocumentId } from '../value-objects/document-id.ts';
import { integrateInSteps } from './integrate-in-steps.ts';

/**
 * Makes a Y.Doc of stored updates, which were all integrated before, in their order.
 * @throws CollaborationError `unavailable` when they do not integrate completely: what is stored is damaged
 */
export function restoreDoc(documentId: DocumentId, updates: readonly Uint8Array[]): Y.Doc {
  const doc = emptyDoc(documentId);
  try {
    doc.transact(() => {
      for (const update of updates) Y.applyUpdate(doc, update);
    });
  } catch (cause) {
    throw unreadable(cause);
  }
  return complete(doc, documentId);
}

/** The same in steps of a few milliseconds. @throws as `restoreDoc`, from `next()` */
export function* restoreDocInSteps(
  documentId: DocumentId,
  updates: readonly Uint8Array[],
): Generator<undefined, Y.Doc> {
  const doc = emptyDoc(documentId);
  try {
    yield* integrateInSteps(doc, updates);
  } catch (cause) {
    throw unreadable(cause);
  }
  return complete(doc, documentId);
}

export function unreadable(cause: unknown): CollaborationError {
  return new CollaborationError('unavailable', 'The stored document cannot be read.', cause);
}

/** Without a guid of its own, Yjs makes a random one digit by digit, each by a call of the system's random source. */
function emptyDoc(documentId: DocumentId): Y.Doc {
  return new Y.Doc({ gc: true, guid: documentId.value });
}

function complete(doc: Y.Doc, documentId: DocumentId): Y.Doc {
  const { store } = doc;
  if (store.pendingStructs === null && store.pendingDs === null) return doc;
  const which = JSON.stringify(documentId.value);
  throw unreadable(new Error(`The stored updates of ${which} refer to updates that are not stored.`));
}
