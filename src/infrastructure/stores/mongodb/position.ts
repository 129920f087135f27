import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { incarnationOfStored } from './head-row.ts';
import { rowsOf, sequenceOf } from './keys.ts';
import type { Position } from './known-documents.ts';
import type { MongoStore } from './mongo-store.ts';
import { newestSnapshotSequence } from './snapshot-row.ts';

/**
 * How far a document is stored, without reading an update. The newest update is looked up before the newest snapshot: an
 * update that is not there any more is in a snapshot that is there by then.
 * @throws DamagedDocumentError
 */
export async function positionOf(store: MongoStore, documentId: DocumentId): Promise<Position | undefined> {
  for (let incarnation = await incarnationOfStored(store, documentId); incarnation !== undefined; ) {
    const newest = await newestUpdate(store, incarnation);
    const [folded, now] = await Promise.all([
      newestSnapshotSequence(store, incarnation),
      incarnationOfStored(store, documentId),
    ]);
    const last = newest !== undefined && sequenceOf(newest._id) > folded ? newest.last : 0;
    if (now === incarnation) return { incarnation, sequence: Math.max(folded, last) };
    incarnation = now;
  }
  return undefined;
}

async function newestUpdate({ collections }: MongoStore, incarnation: string) {
  const found = collections.updates.find(rowsOf(incarnation)).project<{ _id: string; last: number }>({ last: 1 });
  const [row] = await found.sort({ _id: -1 }).limit(1).toArray();
  return row;
}
