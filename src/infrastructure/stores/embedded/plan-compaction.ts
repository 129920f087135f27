import type { Snapshot } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { lastOf, unpack } from '../shared/record-body.ts';
import type { Change } from './commit-queue.ts';
import { readState } from './document-state.ts';
import type { Handles } from './environment.ts';
import { snapshotKey } from './keys.ts';
import type { PendingDocument } from './pending-records.ts';
import { planDeletion, putRecords } from './plan-move.ts';
import { putChunks, removeChunks } from './snapshot-chunks.ts';
import { encodeSnapshot, type SnapshotContent } from './snapshot-codec.ts';

/**
 * The changes that store `snapshot` and remove the records it holds; none where a snapshot as new is stored already.
 * What is pending of these records need not be moved any more.
 * @param content how the snapshot's update is stored
 * @throws RangeError when no record ends at its sequence number: the document was deleted meanwhile, and storing the
 * snapshot would bring it back.
 * @throws DamagedDocumentError
 */
export function planCompaction(
  handles: Handles,
  documentId: DocumentId,
  pending: PendingDocument | undefined,
  snapshot: Snapshot,
  content: SnapshotContent,
): Change[] {
  const state = readState(handles, documentId, pending);
  if (state.damage !== undefined) throw state.damage;
  if (state.snapshot !== undefined && state.snapshot.sequence >= snapshot.sequence) return [];
  const last = state.records.find((record) => lastOf(record) === snapshot.sequence);
  if (last === undefined) throw new RangeError(`No stored record ends at sequence number ${snapshot.sequence}.`);
  const changes = pending?.base === 'nothing' ? planDeletion(handles, documentId) : [];
  for (const { key, records } of state.values) {
    const kept = records.filter((record) => lastOf(record) > snapshot.sequence);
    if (kept.length === records.length) continue;
    changes.push({ database: 'updates', key, value: undefined }, ...putRecords(documentId, kept));
  }
  changes.push(...removeChunks(handles, documentId));
  const key = snapshotKey(documentId);
  const head = { sequence: snapshot.sequence, lastModified: unpack(last).timestamp, content };
  const value = encodeSnapshot(key, head);
  return [...changes, { database: 'snapshots', key, value }, ...putChunks(documentId, head, snapshot.update)];
}
