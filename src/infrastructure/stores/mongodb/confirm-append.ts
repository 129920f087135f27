import { isSound } from './head-row.ts';
import { inGroups } from './in-groups.ts';
import { chunksOf, incarnationOf, rowsFrom, rowsOf, sequenceOf } from './keys.ts';
import type { MongoStore } from './mongo-store.ts';
import type { PlannedAppend } from './plan-append.ts';
import { updatePlace } from './update-row.ts';
import { prefixOf } from './values.ts';

const DOCUMENTS_A_QUERY = 500;

/**
 * Looks after what was appended to documents that were stored before, and removes what nobody will read.
 * @returns those whose records are not part of their document: it was deleted meanwhile, or a snapshot that does not
 * hold them has their sequence numbers
 */
export async function confirm(store: MongoStore, stored: readonly PlannedAppend[]): Promise<readonly PlannedAppend[]> {
  const lost: PlannedAppend[] = [];
  const before = stored.filter(({ base }) => base === 'stored');
  for (const group of inGroups(before, DOCUMENTS_A_QUERY)) {
    const [incarnations, snapshots] = await Promise.all([incarnationsOf(store, group), snapshotsFrom(store, group)]);
    for (const each of group) {
      const isThere = incarnations.get(each.documentId.value) === each.incarnation;
      if (!isThere || isTaken(each, snapshots.get(each.incarnation))) lost.push(each);
    }
  }
  await removeInVain(store, lost);
  return lost;
}

/**
 * Removes what was inserted in vain. Where that fails it stays, and nobody reads it: its incarnation or its sequence number
 * is not one of a document.
 */
export async function removeInVain({ collections }: MongoStore, planned: Iterable<PlannedAppend>): Promise<void> {
  const removals: Promise<unknown>[] = [];
  for (const { documentId, incarnation, base, rows } of planned) {
    // Under its own incarnation; a stamp tells what others stored under this one.
    if (base === 'nothing') removals.push(collections.updates.deleteMany(rowsOf(incarnation)));
    for (const { row, chunks } of rows) {
      if (base === 'stored') removals.push(collections.updates.deleteOne({ _id: row._id, stamp: row.stamp }));
      if (chunks.length === 0) continue;
      removals.push(collections.chunks.deleteMany(chunksOf(prefixOf(updatePlace(documentId, row)))));
    }
  }
  await Promise.allSettled(removals);
}

async function incarnationsOf(
  { collections }: MongoStore,
  planned: readonly PlannedAppend[],
): Promise<ReadonlyMap<string, string>> {
  const ids = planned.map(({ documentId }) => documentId.value);
  const rows = await collections.documents.find({ _id: { $in: ids } }).toArray();
  return new Map(rows.filter(isSound).map(({ _id, incarnation }) => [_id, incarnation]));
}

interface Newest {
  readonly sequence: number;
  readonly ends: string;
}

/** The newest snapshots that hold sequence numbers of what was appended, by incarnation. */
async function snapshotsFrom(
  { collections }: MongoStore,
  planned: readonly PlannedAppend[],
): Promise<ReadonlyMap<string, Newest>> {
  const newest = new Map<string, Newest>();
  const ranges = planned.flatMap((each) => {
    const first = lowest(each);
    return first === undefined ? [] : [rowsFrom(each.incarnation, first)];
  });
  if (ranges.length === 0) return newest;
  const found = collections.snapshots.find({ $or: ranges }).project<{ _id: string; ends: string }>({ ends: 1 });
  for (const { _id, ends } of await found.toArray()) {
    const sequence = sequenceOf(_id);
    if (sequence > (newest.get(incarnationOf(_id))?.sequence ?? 0)) newest.set(incarnationOf(_id), { sequence, ends });
  }
  return newest;
}

function lowest({ found, rows }: PlannedAppend): number | undefined {
  return found[0]?.first ?? (rows[0] && sequenceOf(rows[0].row._id));
}

/** A snapshot that ends with one of the records holds them; any other may have been made without them. */
function isTaken({ found, rows }: PlannedAppend, snapshot: Newest | undefined): boolean {
  if (snapshot === undefined) return false;
  const all = [...found, ...rows.map(({ row }) => row)];
  return !all.some(({ last, stamp }) => last === snapshot.sequence && stamp === snapshot.ends);
}
