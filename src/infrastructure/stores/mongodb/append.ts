import { ConflictError } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { basesOf } from './append-bases.ts';
import { confirm, removeInVain } from './confirm-append.ts';
import { headRow } from './head-row.ts';
import { insertRows } from './insert-rows.ts';
import type { MongoStore } from './mongo-store.ts';
import { type DocumentAppend, type PlannedAppend, planAppend } from './plan-append.ts';

/** Rounds in which others got in between everywhere. */
const MOST_IDLE_ROUNDS = 10;

/**
 * Each record is inserted under an `_id` of its sequence number, so that of two servers one stores it, and is looked after
 * again afterwards: where the document was deleted, or another server's snapshot took that number meanwhile, nobody will
 * read what was inserted, and it is a conflict. No record is inserted before the one that it follows was looked after, or
 * it might follow another. A new document counts from when its entry is inserted, behind its records.
 * @throws ConflictError, when the records of the other documents are stored or were not begun
 */
export async function append(store: MongoStore, documents: readonly DocumentAppend[]): Promise<void> {
  const conflicts: DocumentId[] = [];
  let left = documents;
  for (let round = 1, idle = 0; left.length > 0; round++) {
    if (idle > MOST_IDLE_ROUNDS) throw new Error('Other servers write the same documents all the time.');
    const planned = await planAll(store, left, round, conflicts);
    if (round === 1 && conflicts.length > 0) break;
    const repeating = planned.filter(({ found, rows }) => found.length > 0 && rows.length > 0);
    const early = await confirm(store, repeating);
    const { collided, stored } = await insertAll(store, without(planned, early));
    const late = await confirm(store, stored);
    conflicts.push(...[...early, ...late].map(({ documentId }) => documentId));
    const done = without(stored, late);
    for (const each of done) remember(store, each);
    left = [...[...collided].map(({ document }) => document), ...done.flatMap(({ later }) => later ?? [])];
    idle = done.length > 0 ? 0 : idle + 1;
  }
  if (conflicts.length > 0) throw new ConflictError(conflicts);
}

async function planAll(
  store: MongoStore,
  documents: readonly DocumentAppend[],
  round: number,
  conflicts: DocumentId[],
): Promise<readonly PlannedAppend[]> {
  const bases = await basesOf(store, documents, round === 1 ? 'known' : 'read');
  const planned: PlannedAppend[] = [];
  for (const [at, document] of documents.entries()) {
    const base = bases[at] ?? 'conflict';
    const plan = base === 'conflict' ? base : await planAppend(store, document, base);
    if (plan === 'conflict') conflicts.push(document.documentId);
    else planned.push(plan);
  }
  return planned;
}

/** `collided`: somebody else has stored such a record, or the whole document, meanwhile. */
interface Inserted {
  readonly collided: ReadonlySet<PlannedAppend>;
  readonly stored: readonly PlannedAppend[];
}

async function insertAll(store: MongoStore, planned: readonly PlannedAppend[]): Promise<Inserted> {
  const { updates, chunks, documents } = store.collections;
  const all = planned.flatMap((plan) => plan.rows.map((each) => ({ plan, ...each })));
  await insertRows(
    chunks,
    all.flatMap((each) => each.chunks),
  );
  const there = await insertRows(
    updates,
    all.map(({ row }) => row),
  );
  const collided = new Set(all.filter((_, at) => there.has(at)).map(({ plan }) => plan));
  const made = planned.filter((each) => each.base === 'nothing' && !collided.has(each));
  const heads = made.map(({ documentId, incarnation }) => headRow(documentId, incarnation));
  const late = await insertRows(documents, heads);
  for (const [at, each] of made.entries()) if (late.has(at)) collided.add(each);
  await removeInVain(store, collided);
  return { collided, stored: without(planned, [...collided]) };
}

function without(some: readonly PlannedAppend[], others: readonly PlannedAppend[]): readonly PlannedAppend[] {
  return others.length === 0 ? some : some.filter((each) => !others.includes(each));
}

function remember({ known }: MongoStore, { documentId, incarnation, stores }: PlannedAppend): void {
  if (stores !== undefined) known.stored(documentId, incarnation, stores.behind, stores.upTo);
}
