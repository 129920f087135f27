import * as Y from 'yjs';
import { scanUpdate } from '../codecs/scan-update.ts';
import { CollaborationError } from '../errors.ts';
import { isRepeated } from './repetition.ts';

/** What some updates hold together, deleted content included: to compare, to merge, and to write elsewhere. */
export class DocumentContent {
  readonly #doc: Y.Doc;
  /** Whether all of the updates is in it; else some need others that are not there. */
  readonly isComplete: boolean;

  private constructor(doc: Y.Doc, isComplete: boolean) {
    this.#doc = doc;
    this.isComplete = isComplete;
  }

  /**
   * @param updates Yjs, encoding v1, in any order
   * @throws CollaborationError `invalid` where one does not decode or does not integrate
   */
  static of(updates: readonly Uint8Array[]): DocumentContent {
    for (const update of updates) scanUpdate(update);
    // Without garbage collection: what is moved keeps its history.
    const doc = new Y.Doc({ gc: false, guid: 'content' });
    try {
      doc.transact(() => {
        for (const update of updates) Y.applyUpdate(doc, update);
      });
    } catch (cause) {
      throw new CollaborationError('invalid', 'its updates do not integrate', cause);
    }
    const { store } = doc;
    const isComplete = store.pendingStructs === null && store.pendingDs === null;
    // Yjs would encode what waits along with the rest.
    store.pendingStructs = null;
    store.pendingDs = null;
    return new DocumentContent(doc, isComplete);
  }

  /** All of it as one update, encoding v1. */
  get update(): Uint8Array {
    return Y.encodeStateAsUpdate(this.#doc);
  }

  get isEmpty(): boolean {
    return this.#doc.store.clients.size === 0;
  }

  /** Whether everything that `other` holds is in it. */
  includes(other: DocumentContent): boolean {
    const { update } = other;
    return isRepeated(this.#doc, { update, scan: scanUpdate(update) });
  }

  /** Whether both have the same changes, and the same of them deleted. */
  equals(other: DocumentContent): boolean {
    const [own, its] = [this.#doc.store, other.#doc.store];
    if (own.clients.size !== its.clients.size) return false;
    for (const client of own.clients.keys()) if (Y.getState(own, client) !== Y.getState(its, client)) return false;
    return Y.equalDeleteSets(Y.createDeleteSetFromStructStore(own), Y.createDeleteSetFromStructStore(its));
  }

  /** What `other` has and this lacks, and all that `other` has deleted, as one update. */
  lackedFrom(other: DocumentContent): Uint8Array {
    return Y.encodeStateAsUpdate(other.#doc, Y.encodeStateVector(this.#doc));
  }
}
