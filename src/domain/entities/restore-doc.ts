import * as Y from 'yjs';
import { CollaborationError } from '../errors.ts';
import type { DocumentId } from '../value-objects/document-id.ts';
import { integrateInSteps } from './integrate-in-steps.ts';

/**
 * Makes a Y.Doc of stored updates, which were all integrated before, in their order.
 * @throws CollaborationError `damaged` when they do not integrate completely
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
  return complete(doc);
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
  return complete(doc);
}

export function unreadable(cause: unknown): CollaborationError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new CollaborationError('damaged', `what is stored does not integrate: ${why}`, cause);
}

/** Without a guid of its own, Yjs makes a random one digit by digit, each by a call of the system's random source. */
function emptyDoc(documentId: DocumentId): Y.Doc {
  return new Y.Doc({ gc: true, guid: documentId.value });
}

function complete(doc: Y.Doc): Y.Doc {
  if (isComplete(doc)) return doc;
  throw unreadable(new Error('some updates need others that are not stored'));
}

/** Whether nothing waits in it for updates that are not there. */
export function isComplete({ store }: Y.Doc): boolean {
  return store.pendingStructs === null && store.pendingDs === null;
}
