import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { Snapshot } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { lastSequence, type StoredRecord } from '../shared/assemble-document.ts';
import { splitIntoParts } from '../shared/parts.ts';
import type { DocumentHead } from './document-head.ts';
import { headValues } from './document-head.ts';
import { insertRows } from './insert-rows.ts';
import { headOf, snapshotKey } from './load.ts';
import type { SqlSession } from './sql-database.ts';
import type { SqlStore } from './sql-store.ts';
import { readRecords } from './update-rows.ts';

/** The rows of a snapshot, which nothing refers to yet. */
export interface Uploaded {
  readonly id: Uint8Array;
  readonly parts: number;
}

/** Stores the snapshot's parts, without a lock on the document: it may be large, and appends go on meanwhile. */
export async function upload(store: SqlStore, documentId: DocumentId, { update }: Snapshot): Promise<Uploaded> {
  const { database, statements } = store;
  const key = Buffer.from(documentId.value);
  const id = randomBytes(16);
  const parts = splitIntoParts(snapshotKey(key, id, update.length), update);
  const rows = parts.map((value, part) => [key, id, part, value]);
  await database.write((session) => insertRows(session, statements.insertParts, rows, database.statementBytes));
  return { id, parts: parts.length };
}

/**
 * Puts an uploaded snapshot in the place of what it holds; takes it away again where one as new is stored.
 * @throws RangeError when no record ends at its sequence number
 * @throws DamagedDocumentError
 */
export async function replace(
  store: SqlStore,
  documentId: DocumentId,
  { update, sequence }: Snapshot,
  uploaded: Uploaded,
): Promise<void> {
  const { database, statements } = store;
  const key = Buffer.from(documentId.value);
  await database.write(async (session) => {
    const head = await lockHead(session, store, documentId, key);
    if (head?.snapshot !== undefined && head.snapshot.sequence >= sequence) {
      await session.query(statements.deleteSnapshot, [key, uploaded.id]);
      return;
    }
    const last = head === undefined ? undefined : await recordEndingAt(session, store, documentId, key, sequence);
    if (head === undefined || last === undefined) {
      throw new RangeError(`No stored record ends at sequence number ${sequence}.`);
    }
    await checkUploaded(session, store, key, uploaded);
    const snapshot = { id: uploaded.id, sequence, lastModified: last.timestamp, bytes: update.length };
    await session.query(statements.replaceHeads(1), headValues({ ...head, snapshot }));
    await session.query(statements.deleteUpdatesUpTo, [key, sequence]);
    await session.query(statements.deleteOtherSnapshots, [key, uploaded.id]);
  });
}

/** Takes away what was uploaded in vain; where that fails, the next compaction or deletion does it. */
export async function discard({ database, statements }: SqlStore, documentId: DocumentId, { id }: Uploaded) {
  const key = Buffer.from(documentId.value);
  await database.write((session) => session.query(statements.deleteSnapshot, [key, id])).catch(() => undefined);
}

async function lockHead(
  session: SqlSession,
  { statements, incarnations }: SqlStore,
  documentId: DocumentId,
  key: Uint8Array,
): Promise<DocumentHead | undefined> {
  const [row] = await session.query(statements.lockHead, [key]);
  const head = row && headOf(documentId, row);
  return incarnations.isStill(documentId, head?.incarnation) ? head : undefined;
}

async function recordEndingAt(
  session: SqlSession,
  { statements }: SqlStore,
  documentId: DocumentId,
  key: Uint8Array,
  sequence: number,
): Promise<StoredRecord | undefined> {
  const [newest] = await session.query(statements.newestUpTo, [key, sequence]);
  if (newest?.first_sequence === undefined) return undefined;
  const rows = await session.query(statements.update, [key, newest.first_sequence]);
  const [record] = readRecords(documentId, rows);
  return record !== undefined && lastSequence(record) === sequence ? record : undefined;
}

async function checkUploaded(session: SqlSession, { statements }: SqlStore, key: Uint8Array, uploaded: Uploaded) {
  const [row] = await session.query(statements.countParts, [key, uploaded.id]);
  if (row?.parts === uploaded.parts) return;
  throw new Error('Another server compacted the document meanwhile; it stays as that server left it.');
}
