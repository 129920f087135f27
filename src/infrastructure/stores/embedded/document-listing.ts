import { Buffer } from 'node:buffer';
import type { Database } from 'lmdb';
import { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { Handles } from './environment.ts';
import { behindRecords, behindSnapshot, idOfRecordKey, snapshotKey } from './keys.ts';
import type { PendingDocument } from './pending-records.ts';

/**
 * Up to `limit` ids behind `after`, by their UTF-8 bytes, of the database and of `pending`. Jumps from id to id, so its
 * cost in the database grows with `limit` and not with the number of records.
 */
export function listDocuments(
  handles: Handles,
  pending: readonly PendingDocument[],
  after: DocumentId | undefined,
  limit: number,
): DocumentId[] {
  const start = after === undefined ? undefined : snapshotKey(after);
  const deleted = new Set(pending.filter(isDeleted).map(({ documentId }) => documentId.value));
  const waiting = pending
    .filter(({ records }) => records.length > 0)
    .map(({ documentId }) => snapshotKey(documentId))
    .filter((id) => start === undefined || Buffer.compare(id, start) > 0)
    .sort(Buffer.compare);
  const ids: DocumentId[] = [];
  let next = earlier(firstBehind(handles, start), waiting[0]);
  for (let passed = 0; next !== undefined && ids.length < limit; ) {
    const id = next.toString('utf8');
    if (!deleted.has(id)) ids.push(DocumentId.parse(id));
    if (waiting[passed]?.equals(next)) passed++;
    next = earlier(firstBehind(handles, next), waiting[passed]);
  }
  return ids;
}

function isDeleted({ base, records }: PendingDocument): boolean {
  return base === 'nothing' && records.length === 0;
}

function earlier(a: Buffer | undefined, b: Buffer | undefined): Buffer | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Buffer.compare(a, b) <= 0 ? a : b;
}

function firstBehind({ updates, snapshots }: Handles, id: Buffer | undefined): Buffer | undefined {
  const snapshot = firstKey(snapshots, id === undefined ? undefined : behindSnapshot(id));
  const record = firstKey(updates, id === undefined ? undefined : behindRecords(id));
  return earlier(record && idOfRecordKey(record), snapshot);
}

function firstKey(database: Database<Buffer, Buffer>, start: Buffer | undefined): Buffer | undefined {
  for (const key of database.getKeys(start === undefined ? { limit: 1 } : { start, limit: 1 })) return Buffer.from(key);
  return undefined;
}
