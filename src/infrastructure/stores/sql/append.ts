import { Buffer } from 'node:buffer';
import { ConflictError, type LogRecord } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { type DocumentHead, headValues, readHead } from './document-head.ts';
import { insertRows } from './insert-rows.ts';
import { type AppendPlan, type DocumentAppend, maybeStored, planAppend, type Stored } from './plan-append.ts';
import { isBytes, type SqlSession } from './sql-database.ts';
import type { SqlStore } from './sql-store.ts';
import { type StorableRecord, storable, updateValues } from './update-rows.ts';

const HEADS_A_STATEMENT = 1_000;

/** Copies the updates, for the caller may change them. */
export function appendsOf(records: readonly LogRecord[]): DocumentAppend[] {
  const documents = new Map<string, { documentId: DocumentId; key: Buffer; records: Map<number, StorableRecord> }>();
  for (const record of records) {
    const { documentId } = record;
    let document = documents.get(documentId.value);
    if (document === undefined) {
      document = { documentId, key: Buffer.from(documentId.value), records: new Map() };
      documents.set(documentId.value, document);
    }
    document.records.set(record.firstSequence, storable(document.key, record));
  }
  return [...documents.values()]
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map((each) => ({
      ...each,
      records: [...each.records.values()].sort((a, b) => a.firstSequence - b.firstSequence),
    }));
}

/** One transaction for all documents. @throws ConflictError, and then nothing is stored */
export async function append(store: SqlStore, documents: readonly DocumentAppend[]): Promise<void> {
  const plans = await store.database.write(async (session) => {
    const plans = await planAll(session, store, documents);
    await carryOut(session, store, documents, plans);
    return plans;
  });
  documents.forEach(({ documentId }, at) => {
    const head = plans[at]?.head;
    if (head !== undefined) store.incarnations.saw(documentId, head.incarnation);
  });
}

async function planAll(
  session: SqlSession,
  store: SqlStore,
  documents: readonly DocumentAppend[],
): Promise<readonly AppendPlan[]> {
  const heads = await lockHeads(session, store, documents);
  const plans: AppendPlan[] = [];
  const conflicts: DocumentId[] = [];
  for (const document of documents) {
    const { documentId, key } = document;
    const head = heads.get(Buffer.from(key).toString('latin1'));
    // Damage shows when the document is loaded anew; here it must not hold up the others.
    const isSound = head !== 'damaged' && store.incarnations.isStill(documentId, head?.incarnation);
    const plan = isSound ? await planOne(session, store, document, head) : 'conflict';
    if (plan === 'conflict') conflicts.push(documentId);
    else plans.push(plan);
  }
  if (conflicts.length > 0) throw new ConflictError(conflicts);
  return plans;
}

async function planOne(
  session: SqlSession,
  { statements, writer }: SqlStore,
  document: DocumentAppend,
  head: DocumentHead | undefined,
): Promise<AppendPlan | 'conflict'> {
  const stored = new Map<number, Stored>();
  for (const record of document.records) {
    if (head === undefined || !maybeStored(head, record)) continue;
    const rows = await session.query(statements.update, [document.key, record.firstSequence]);
    if (rows.length === 0) continue;
    const parts = rows.map(({ value }) => value).filter(isBytes);
    stored.set(record.firstSequence, { lastSequence: Number(rows[0]?.last_sequence), parts });
  }
  return planAppend(document, head, writer, stored);
}

async function lockHeads(
  session: SqlSession,
  { statements }: SqlStore,
  documents: readonly DocumentAppend[],
): Promise<ReadonlyMap<string, DocumentHead | 'damaged'>> {
  const heads = new Map<string, DocumentHead | 'damaged'>();
  for (let at = 0; at < documents.length; at += HEADS_A_STATEMENT) {
    const keys = documents.slice(at, at + HEADS_A_STATEMENT).map(({ key }) => key);
    for (const row of await session.query(statements.lockHeads(keys.length), keys)) {
      if (isBytes(row.id)) heads.set(Buffer.from(row.id).toString('latin1'), readHead(row));
    }
  }
  return heads;
}

async function carryOut(
  session: SqlSession,
  { statements, database }: SqlStore,
  documents: readonly DocumentAppend[],
  plans: readonly AppendPlan[],
): Promise<void> {
  const all = plans.map((plan, at) => ({ ...plan, key: documents[at]?.key ?? new Uint8Array(0) }));
  for (const { key, replaced } of all) {
    for (const firstSequence of replaced) await session.query(statements.deleteUpdate, [key, firstSequence]);
  }
  const headsOf = (base: AppendPlan['base']) =>
    plans.filter((plan) => plan.base === base).flatMap(({ head }) => (head === undefined ? [] : [headValues(head)]));
  await insertRows(session, statements.insertHeads, headsOf('nothing'), database.statementBytes);
  await insertRows(session, statements.replaceHeads, headsOf('stored'), database.statementBytes);
  const updates = all.flatMap(({ key, records }) => records.flatMap((record) => updateValues(key, record)));
  await insertRows(session, statements.insertUpdates, updates, database.statementBytes);
}
