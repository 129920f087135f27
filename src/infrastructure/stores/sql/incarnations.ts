import { Buffer } from 'node:buffer';
import { LRUCache } from 'lru-cache';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';

/** What is forgotten is not compared; its sequence number still has to fit. */
const REMEMBERED = 100_000;

/**
 * Which documents this server has read or written, so that it does not take one that another has deleted and made anew
 * for the one that it knows: their sequence numbers may be the same.
 */
export class Incarnations {
  readonly #known = new LRUCache<string, string>({ max: REMEMBERED });

  saw(documentId: DocumentId, incarnation: Uint8Array | undefined): void {
    if (incarnation === undefined) this.#known.delete(documentId.value);
    else this.#known.set(documentId.value, textOf(incarnation));
  }

  /** @param incarnation none where the document is not stored */
  isStill(documentId: DocumentId, incarnation: Uint8Array | undefined): boolean {
    const known = this.#known.get(documentId.value);
    return known === undefined || (incarnation !== undefined && known === textOf(incarnation));
  }
}

function textOf(incarnation: Uint8Array): string {
  return Buffer.from(incarnation).toString('latin1');
}
