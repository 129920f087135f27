import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { insertRows } from './insert-rows.ts';
import { rowsOf } from './keys.ts';
import type { MongoStore } from './mongo-store.ts';

/**
 * A document is gone with its entry among the documents; what was under it goes afterwards. A note of it outlives a
 * server that ends in between.
 */
export async function deleteDocument(store: MongoStore, documentId: DocumentId): Promise<void> {
  const { documents, deletions } = store.collections;
  // Damaged or not.
  const row = await documents.findOne({ _id: documentId.value });
  if (row !== null) {
    const { incarnation } = row;
    await insertRows(deletions, [{ _id: incarnation, document: documentId.value }]);
    await documents.deleteOne({ _id: documentId.value, incarnation });
    await removeRows(store, incarnation);
  }
  store.known.saw(documentId, undefined);
}

/** Ends the deletions that a server did not get to the end of. */
export async function finishDeletions(store: MongoStore): Promise<void> {
  const { documents, deletions } = store.collections;
  for (const { _id, document } of await deletions.find().toArray()) {
    const row = await documents.findOne({ _id: document });
    if (row?.incarnation !== _id) await removeRows(store, _id);
  }
}

async function removeRows({ collections }: MongoStore, incarnation: string): Promise<void> {
  const { updates, snapshots, chunks, deletions } = collections;
  const range = rowsOf(incarnation);
  await Promise.all([updates, snapshots, chunks].map((collection) => collection.deleteMany(range)));
  await deletions.deleteOne({ _id: incarnation });
}
