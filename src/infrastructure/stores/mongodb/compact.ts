import type { Snapshot } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { lastSequence } from '../shared/assemble-document.ts';
import { incarnationOfStored } from './head-row.ts';
import { insertRows } from './insert-rows.ts';
import { chunksOf, chunksReplaced, rowsBefore, rowsUpTo, sequenceOf } from './keys.ts';
import type { MongoStore } from './mongo-store.ts';
import {
  newestSnapshot,
  newestSnapshotEnd,
  type RowsOfSnapshot,
  rowsOfSnapshot,
  type SnapshotEnd,
  snapshotPlace,
} from './snapshot-row.ts';
import { readRecord } from './update-row.ts';
import { prefixOf } from './values.ts';

/** A snapshot that may be stored: what it is stored behind. */
export interface Compactable extends SnapshotEnd {
  readonly incarnation: string;
}

/**
 * What a snapshot of this sequence number would hold; `undefined` where one as new is stored.
 * @throws RangeError when no record ends at the sequence number
 * @throws DamagedDocumentError
 */
export async function compactable(
  store: MongoStore,
  documentId: DocumentId,
  sequence: number,
): Promise<Compactable | undefined> {
  const incarnation = await incarnationOfStored(store, documentId);
  const known = store.known.get(documentId);
  if (incarnation === undefined || (known !== undefined && known.incarnation !== incarnation))
    throw noneEndsAt(sequence);
  const found = store.collections.updates.find(rowsUpTo(incarnation, sequence)).sort({ _id: -1 }).limit(1);
  const [row] = await found.toArray();
  // Looked up behind the record: where that was removed meanwhile, this says why.
  const { sequence: folded } = await newestSnapshotEnd(store, incarnation);
  if (folded >= sequence) return undefined;
  if (row === undefined || row.last !== sequence || sequenceOf(row._id) <= folded) throw noneEndsAt(sequence);
  const record = await readRecord(store, documentId, row);
  if (lastSequence(record) !== sequence) throw noneEndsAt(sequence);
  return { incarnation, lastModified: record.timestamp, ends: row.stamp };
}

/** Stores the chunks of a large snapshot, which nothing refers to yet. It may take long, and appends go on meanwhile. */
export async function upload(
  store: MongoStore,
  documentId: DocumentId,
  snapshot: Snapshot,
  behind: Compactable,
): Promise<RowsOfSnapshot> {
  const rows = rowsOfSnapshot(documentId, behind.incarnation, snapshot, behind);
  await insertRows(store.collections.chunks, rows.chunks);
  return rows;
}

/**
 * From here on the snapshot counts, unless a newer one is there.
 * @throws RangeError when the document was deleted meanwhile
 */
export async function publish(
  store: MongoStore,
  documentId: DocumentId,
  { row }: RowsOfSnapshot,
  { incarnation }: Compactable,
): Promise<void> {
  const { snapshots } = store.collections;
  // One of the same sequence number is as good.
  await insertRows(snapshots, [row]);
  if ((await incarnationOfStored(store, documentId)) === incarnation) return;
  await snapshots.deleteOne({ _id: row._id });
  throw noneEndsAt(sequenceOf(row._id));
}

/**
 * Removes what the newest snapshot holds. In whatever order, and however far it gets: nobody reads it any more, and the
 * next compaction removes the rest.
 */
export async function removeReplaced(store: MongoStore, incarnation: string): Promise<void> {
  const { collections } = store;
  const newest = await newestSnapshot(store, incarnation);
  if (newest === null) return;
  const sequence = sequenceOf(newest._id);
  await Promise.all([
    collections.updates.deleteMany(rowsUpTo(incarnation, sequence)),
    collections.snapshots.deleteMany(rowsBefore(incarnation, sequence)),
    collections.chunks.deleteMany({ $or: [...chunksReplaced(incarnation, sequence, newest.stamp)] }),
  ]);
}

/** Takes away what was uploaded in vain; where that fails, the next compaction or deletion does it. */
export async function discard(store: MongoStore, documentId: DocumentId, { row, chunks }: RowsOfSnapshot) {
  if (chunks.length === 0) return;
  const { chunks: collection } = store.collections;
  await collection.deleteMany(chunksOf(prefixOf(snapshotPlace(documentId, row)))).catch(() => undefined);
}

function noneEndsAt(sequence: number): RangeError {
  return new RangeError(`No stored record ends at sequence number ${sequence}.`);
}
