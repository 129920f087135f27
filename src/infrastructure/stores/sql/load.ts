import { Buffer } from 'node:buffer';
import { DamagedDocumentError, type StoredDocument } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { assembleDocument, type StoredSnapshot } from '../shared/assemble-document.ts';
import { joinParts, partsOf } from '../shared/parts.ts';
import { readHead, type SnapshotHead } from './document-head.ts';
import { isBytes, type SqlRow } from './sql-database.ts';
import type { SqlStore } from './sql-store.ts';
import { readRecords } from './update-rows.ts';

/** @throws DamagedDocumentError */
export async function load(store: SqlStore, documentId: DocumentId): Promise<StoredDocument | undefined> {
  const key = Buffer.from(documentId.value);
  const { database, statements, incarnations } = store;
  const found = await database.read(async (session) => {
    const [row] = await session.query(statements.head, [key]);
    if (row === undefined) return undefined;
    const head = headOf(documentId, row);
    const { snapshot } = head;
    const parts = snapshot === undefined ? [] : await session.query(statements.parts, [key, snapshot.id]);
    const updates = await session.query(statements.updatesBehind, [key, snapshot?.sequence ?? 0]);
    return { head, parts, updates };
  });
  incarnations.saw(documentId, found?.head.incarnation);
  if (found === undefined) return undefined;
  const { head, parts, updates } = found;
  const snapshot = head.snapshot && snapshotOf(documentId, key, head.snapshot, parts);
  const stored = assembleDocument(documentId, snapshot, readRecords(documentId, updates));
  if (stored?.sequence !== head.sequence || stored.lastModified !== head.lastModified) {
    const detail = `its newest update is ${stored?.sequence ?? 'missing'}, and should be ${head.sequence}`;
    throw new DamagedDocumentError(documentId, detail, stored);
  }
  return stored;
}

/** @throws DamagedDocumentError */
export function headOf(documentId: DocumentId, row: SqlRow) {
  const head = readHead(row);
  if (head === 'damaged') throw new DamagedDocumentError(documentId, 'the checksum of its row does not match');
  return head;
}

/** What the checksums of a snapshot's parts cover. */
export function snapshotKey(document: Uint8Array, id: Uint8Array, bytes: number) {
  return { document, name: id, parts: partsOf(bytes) };
}

function snapshotOf(
  documentId: DocumentId,
  key: Uint8Array,
  { id, sequence, lastModified, bytes }: SnapshotHead,
  rows: readonly SqlRow[],
): StoredSnapshot {
  const joined = joinParts(snapshotKey(key, id, bytes), rows.map(({ value }) => value).filter(isBytes));
  if ('damage' in joined) throw new DamagedDocumentError(documentId, `the snapshot: ${joined.damage}`);
  return { update: joined.value, sequence, lastModified };
}
