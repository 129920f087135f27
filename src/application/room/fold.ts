import { readingDeletes } from '../../domain/entities/cold-state.ts';
import type { CollaborativeDocument } from '../../domain/entities/collaborative-document.ts';
import { inSteps } from './in-steps.ts';

export type Merge = (updates: readonly Uint8Array[]) => Promise<Uint8Array>;

/**
 * A document that can be edited as one update, made from the updates that it is of, in another thread. It may learn more
 * meanwhile, which is not in it.
 * @throws what `merge` rejects with
 */
export async function fold(document: CollaborativeDocument, merge: Merge): Promise<Uint8Array> {
  const folding = document.folding();
  if (folding === undefined) return document.documentData;
  const merged = await merge(folding.updates);
  // Whoever joins next asks for its deletes.
  await inSteps(readingDeletes(merged));
  folding.replace(merged);
  return merged;
}

const underWay = new WeakMap<CollaborativeDocument, Promise<unknown>>();

/** `fold` for readers, who may be many at once: for them, one that is under way is as good. */
export async function foldOnce(document: CollaborativeDocument, merge: Merge): Promise<void> {
  let folding = underWay.get(document);
  if (folding === undefined) {
    folding = fold(document, merge).finally(() => underWay.delete(document));
    underWay.set(document, folding);
  }
  await folding;
}
