import type { Snapshot } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { lastSequence } from '../shared/assemble-document.ts';
import type { Change } from './commit-queue.ts';
import { recordKey, snapshotKey } from './keys.ts';
import type { ReadDocument } from './read-document.ts';
import { encodeSnapshot } from './snapshot-codec.ts';

/**
 * The changes that store `snapshot` and remove the records it holds; none where a snapshot as new is stored already.
 * @throws RangeError when no record ends at its sequence number: the document was deleted meanwhile, and storing the
 * snapshot would bring it back.
 */
export function planCompaction(documentId: DocumentId, stored: ReadDocument, snapshot: Snapshot): Change[] {
  if (stored.snapshot !== undefined && stored.snapshot.sequence >= snapshot.sequence) return [];
  const covered = stored.records.filter((record) => lastSequence(record) <= snapshot.sequence);
  const last = covered.find((record) => lastSequence(record) === snapshot.sequence);
  if (last === undefined) throw new RangeError(`No stored record ends at sequence number ${snapshot.sequence}.`);
  const key = snapshotKey(documentId);
  const value = encodeSnapshot(key, { ...snapshot, lastModified: last.timestamp });
  const removals = covered.map(({ firstSequence }) => recordKey(documentId, firstSequence));
  return [
    ...removals.map((removed) => ({ database: 'updates' as const, key: removed, value: undefined })),
    { database: 'snapshots', key, value },
  ];
}
