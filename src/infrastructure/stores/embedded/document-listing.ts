import { Buffer } from 'node:buffer';
import type { Database } from 'lmdb';
import { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { Handles } from './environment.ts';
import { behindRecords, behindSnapshot, idOfRecordKey, snapshotKey } from './keys.ts';

/**
 * Up to `limit` ids behind `after`, by their UTF-8 bytes. Jumps from id to id, so its cost grows with `limit` and not
 * with the number of records.
 */
export function listDocuments(handles: Handles, after: DocumentId | undefined, limit: number): DocumentId[] {
  const ids: DocumentId[] = [];
  let next = firstBehind(handles, after === undefined ? undefined : snapshotKey(after));
  while (next !== undefined && ids.length < limit) {
    ids.push(DocumentId.parse(next.toString('utf8')));
    next = firstBehind(handles, next);
  }
  return ids;
}

function firstBehind({ updates, snapshots }: Handles, id: Buffer | undefined): Buffer | undefined {
  const snapshot = firstKey(snapshots, id === undefined ? undefined : behindSnapshot(id));
  const record = firstKey(updates, id === undefined ? undefined : behindRecords(id));
  if (record === undefined) return snapshot;
  const recorded = idOfRecordKey(record);
  return snapshot === undefined || Buffer.compare(recorded, snapshot) < 0 ? recorded : snapshot;
}

function firstKey(database: Database<Buffer, Buffer>, start: Buffer | undefined): Buffer | undefined {
  for (const key of database.getKeys(start === undefined ? { limit: 1 } : { start, limit: 1 })) return Buffer.from(key);
  return undefined;
}
