import { DamagedDocumentError, type Snapshot } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { StoredSnapshot } from '../shared/assemble-document.ts';
import type { ChunkRow, SnapshotRow } from './collections.ts';
import { incarnationOf, rowId, rowsOf, sequenceOf } from './keys.ts';
import { type MongoStore, newStamp } from './mongo-store.ts';
import { readValue, rowsOfValue, type ValuePlace } from './values.ts';

export interface RowsOfSnapshot {
  readonly row: SnapshotRow;
  readonly chunks: readonly ChunkRow[];
}

/** The newest record that a snapshot holds. */
export interface SnapshotEnd {
  readonly lastModified: number;
  /** Its stamp. */
  readonly ends: string;
}

/** The rows of a snapshot, under a new stamp. */
export function rowsOfSnapshot(
  documentId: DocumentId,
  incarnation: string,
  { update, sequence }: Snapshot,
  { lastModified, ends }: SnapshotEnd,
): RowsOfSnapshot {
  const row = { _id: rowId(incarnation, sequence), bytes: update.length, lastModified, ends };
  const { fields, chunks } = rowsOfValue(snapshotPlace(documentId, { ...row, stamp: newStamp() }), update);
  return { row: { ...row, ...fields }, chunks };
}

/** The snapshot that counts; what it holds is read with `readSnapshot`. */
export async function newestSnapshot({ collections }: MongoStore, incarnation: string): Promise<SnapshotRow | null> {
  const [row] = await collections.snapshots.find(rowsOf(incarnation)).sort({ _id: -1 }).limit(1).toArray();
  return row ?? null;
}

/** Where the snapshot that counts ends; at 0 where there is none. */
export async function newestSnapshotEnd(
  { collections }: MongoStore,
  incarnation: string,
): Promise<{ readonly sequence: number; readonly stamp: string }> {
  const found = collections.snapshots.find(rowsOf(incarnation)).project<{ _id: string; ends: string }>({ ends: 1 });
  const [row] = await found.sort({ _id: -1 }).limit(1).toArray();
  return row === undefined ? { sequence: 0, stamp: '' } : { sequence: sequenceOf(row._id), stamp: row.ends };
}

/** @throws DamagedDocumentError when it is not as it was written */
export async function readSnapshot(
  store: MongoStore,
  documentId: DocumentId,
  row: SnapshotRow,
): Promise<StoredSnapshot> {
  const joined = await readValue(store, snapshotPlace(documentId, row), row);
  const sequence = sequenceOf(row._id);
  if ('damage' in joined) throw new DamagedDocumentError(documentId, `its snapshot of ${sequence}: ${joined.damage}`);
  return { update: joined.value, sequence, lastModified: row.lastModified };
}

/** Where the value of a row belongs. */
export function snapshotPlace(
  documentId: DocumentId,
  { _id, bytes, lastModified, ends, stamp }: Omit<SnapshotRow, 'parts' | 'value'>,
): ValuePlace {
  return {
    document: documentId.value,
    incarnation: incarnationOf(_id),
    kind: 'snapshots',
    sequence: sequenceOf(_id),
    stamp,
    fields: [bytes, lastModified, ends],
  };
}
