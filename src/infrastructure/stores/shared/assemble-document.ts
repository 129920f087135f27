import { DamagedDocumentError, type StoredDocument } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';

/** A snapshot as a store keeps it: with the time of the newest update it holds, which has no record any more. */
export interface StoredSnapshot {
  readonly update: Uint8Array;
  readonly sequence: number;
  /** Unix milliseconds. */
  readonly lastModified: number;
}

/** A log record as a store keeps it. */
export interface StoredRecord {
  readonly firstSequence: number;
  readonly updates: readonly Uint8Array[];
  /** Unix milliseconds. */
  readonly timestamp: number;
}

/**
 * What a store read of a document, checked for holes and put together. Records come in the order of `firstSequence`.
 * Updates the snapshot holds are skipped: an append that was repeated after a compaction leaves such records behind.
 * @throws DamagedDocumentError when the sequence has a hole or an overlap.
 */
export function assembleDocument(
  documentId: DocumentId,
  snapshot: StoredSnapshot | undefined,
  records: Iterable<StoredRecord>,
): StoredDocument | undefined {
  const folded = snapshot?.sequence ?? 0;
  const tail: Uint8Array[] = [];
  let sequence = folded;
  let lastModified = snapshot?.lastModified ?? 0;
  for (const record of records) {
    const { firstSequence, updates } = record;
    const covered = Math.max(0, folded - firstSequence + 1);
    if (covered >= updates.length) continue;
    if (firstSequence + covered !== sequence + 1) {
      throw new DamagedDocumentError(
        documentId,
        `update ${sequence + 1} should follow, but a record starts at ${firstSequence}`,
      );
    }
    for (const update of updates.slice(covered)) tail.push(update);
    sequence = lastSequence(record);
    lastModified = record.timestamp;
  }
  if (snapshot === undefined && tail.length === 0) return undefined;
  return {
    snapshot: snapshot === undefined ? undefined : { update: snapshot.update, sequence: snapshot.sequence },
    tail,
    sequence,
    lastModified,
  };
}

/** The sequence number of a record's last update. */
export function lastSequence(record: StoredRecord): number {
  return record.firstSequence + record.updates.length - 1;
}
