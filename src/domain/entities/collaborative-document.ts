import * as Y from 'yjs';
import { CollaborationError } from '../errors.ts';
import type { DocumentId } from '../value-objects/document-id.ts';
import { type Integration, integrateUpdate, type ScannedUpdate } from './integration.ts';

/** One shared document: what its updates have made of it so far. Holds no structs whose predecessors are missing. */
export class CollaborativeDocument {
  readonly documentId: DocumentId;
  readonly #doc = new Y.Doc({ gc: true });
  #stateVector: Uint8Array | undefined;

  constructor(documentId: DocumentId) {
    this.documentId = documentId;
  }

  /**
   * Builds a document from stored updates, which were all integrated before.
   * @throws Error when they do not integrate completely: what is stored is damaged.
   */
  static restore(documentId: DocumentId, updates: readonly Uint8Array[]): CollaborativeDocument {
    const document = new CollaborativeDocument(documentId);
    const doc = document.#doc;
    doc.transact(() => {
      for (const update of updates) Y.applyUpdate(doc, update);
    });
    if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) {
      throw new Error(
        `The stored updates of ${JSON.stringify(documentId.value)} refer to updates that are not stored.`,
      );
    }
    return document;
  }

  /**
   * Integrates one update.
   * @throws CollaborationError `invalid` when it does not integrate; the document is then suspect and must be dropped.
   */
  applyUpdate(scanned: ScannedUpdate): Integration {
    const [integration] = this.applyUpdates([scanned]);
    if (integration === undefined) throw new CollaborationError('internal', 'An update was not integrated.');
    return integration;
  }

  /**
   * Integrates updates in one transaction, which costs less than one each.
   * @throws CollaborationError `invalid` when one of them does not integrate; the document is then suspect (some of them
   * may be in it by half) and must be dropped and restored from its log.
   */
  applyUpdates(updates: readonly ScannedUpdate[]): readonly Integration[] {
    this.#stateVector = undefined;
    try {
      return this.#doc.transact((transaction) => updates.map((each) => integrateUpdate(transaction, each)));
    } catch (cause) {
      throw new CollaborationError('invalid', 'The update does not integrate.', cause);
    }
  }

  /** The clock that the document has of one Yjs client: how many of its elements, deleted ones included. */
  clockOf(client: number): number {
    return Y.getState(this.#doc.store, client);
  }

  /** Encoding v1. The same bytes until something is learned. */
  get stateVector(): Uint8Array {
    this.#stateVector ??= Y.encodeStateVector(this.#doc);
    return this.#stateVector;
  }

  /**
   * What somebody with this state vector lacks, as one update. The deletes come whole: a state vector does not say
   * which of them are known.
   * @throws CollaborationError `invalid` when the state vector does not decode.
   */
  missingUpdates(stateVector: Uint8Array): Uint8Array {
    try {
      return Y.encodeStateAsUpdate(this.#doc, stateVector);
    } catch (cause) {
      throw new CollaborationError('invalid', 'The state vector does not decode.', cause);
    }
  }

  /** The full state as one update. */
  get documentData(): Uint8Array {
    return Y.encodeStateAsUpdate(this.#doc);
  }

  /** Gives the memory back; the document cannot be used any more. */
  destroy(): void {
    this.#doc.destroy();
  }
}
