import type { CollaborativeDocument } from '../../domain/entities/collaborative-document.ts';
import type { DocumentWorker } from '../ports/document-worker.ts';

/**
 * A document that can be edited as one update, made from the updates that it is of, in another thread. It may learn more
 * meanwhile, which is not in it.
 * @throws what `DocumentWorker.merge` rejects with
 */
export async function fold(document: CollaborativeDocument, compactor: DocumentWorker): Promise<Uint8Array> {
  const folding = document.folding();
  if (folding === undefined) return document.documentData;
  const merged = await compactor.merge(folding.updates);
  folding.replace(merged);
  return merged;
}

const underWay = new WeakMap<CollaborativeDocument, Promise<unknown>>();

/** `fold` for readers, who may be many at once: for them, one that is under way is as good. */
export async function foldOnce(document: CollaborativeDocument, compactor: DocumentWorker): Promise<void> {
  let folding = underWay.get(document);
  if (folding === undefined) {
    folding = fold(document, compactor).finally(() => underWay.delete(document));
    underWay.set(document, folding);
  }
  await folding;
}
