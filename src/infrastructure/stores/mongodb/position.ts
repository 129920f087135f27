import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { UpdateRow } from './collections.ts';
import { incarnationOfStored } from './head-row.ts';
import { rowsOf, sequenceOf } from './keys.ts';
import type { Position } from './known-documents.ts';
import type { MongoStore } from './mongo-store.ts';
import { newestSnapshotEnd } from './snapshot-row.ts';

/** How far a document is stored, and with which record. */
export interface End extends Position {
  /** The stamp of the newest record: a database put back from a backup goes through the same numbers again. */
  readonly stamp: string;
}

/**
 * How far a document is stored, without reading an update. The newest update is looked up before the newest snapshot: an
 * update that is not there any more is in a snapshot that is there by then.
 * @throws DamagedDocumentError
 */
export async function positionOf(store: MongoStore, documentId: DocumentId): Promise<End | undefined> {
  for (let incarnation = await incarnationOfStored(store, documentId); incarnation !== undefined; ) {
    const newest = await newestUpdate(store, incarnation);
    const [snapshot, now] = await Promise.all([
      newestSnapshotEnd(store, incarnation),
      incarnationOfStored(store, documentId),
    ]);
    const isBehind = newest !== undefined && sequenceOf(newest._id) > snapshot.sequence;
    const end = isBehind ? { sequence: newest.last, stamp: newest.stamp } : snapshot;
    if (now === incarnation) return { incarnation, ...end };
    incarnation = now;
  }
  return undefined;
}

type NewestUpdate = Pick<UpdateRow, '_id' | 'last' | 'stamp'>;

async function newestUpdate({ collections }: MongoStore, incarnation: string) {
  const found = collections.updates.find(rowsOf(incarnation)).project<NewestUpdate>({ last: 1, stamp: 1 });
  const [row] = await found.sort({ _id: -1 }).limit(1).toArray();
  return row;
}
