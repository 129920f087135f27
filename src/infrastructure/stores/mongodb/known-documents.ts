import { LRUCache } from 'lru-cache';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';

/** What is forgotten is read anew. */
const REMEMBERED = 100_000;

/** How far a document is stored. */
export interface Position {
  readonly incarnation: string;
  /** Of the newest update. */
  readonly sequence: number;
}

export interface KnownDocument extends Position {
  /** This server stored every update from here on. */
  readonly ownFrom: number;
}

/**
 * What this server has read or written of documents. A position only grows within an incarnation, so what is known
 * may be old and is never wrong; whether the incarnation is still there is for the caller to find out.
 */
export class KnownDocuments {
  readonly #known = new LRUCache<string, KnownDocument>({ max: REMEMBERED });

  get(documentId: DocumentId): KnownDocument | undefined {
    return this.#known.get(documentId.value);
  }

  /** Read from the store. @param position none where the document is not stored */
  saw(documentId: DocumentId, position: Position | undefined): void {
    const known = this.get(documentId);
    if (position === undefined) this.#known.delete(documentId.value);
    else if (position.incarnation !== known?.incarnation || position.sequence > known.sequence) {
      const { incarnation, sequence } = position;
      this.#known.set(documentId.value, { incarnation, sequence, ownFrom: sequence + 1 });
    }
  }

  /** Stored by this server, up to `sequence`; `behind` is the sequence number that it continued. */
  stored(documentId: DocumentId, incarnation: string, behind: number, sequence: number): void {
    const known = this.get(documentId);
    const continues = known?.incarnation === incarnation && known.sequence === behind;
    this.#known.set(documentId.value, { incarnation, sequence, ownFrom: continues ? known.ownFrom : behind + 1 });
  }
}
