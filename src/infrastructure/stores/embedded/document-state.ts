import type { StoredDocument } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { assembleDocument, type StoredRecord, type StoredSnapshot } from '../shared/assemble-document.ts';
import type { PackedRecord } from '../shared/record-body.ts';
import type { Handles } from './environment.ts';
import type { PendingDocument } from './pending-records.ts';
import { type ReadDocument, readDocument } from './read-document.ts';
import { openRecord } from './record-codec.ts';

/** What the database and the pending records say together. */
export interface DocumentState extends ReadDocument {
  /** Sorted by their first sequence numbers, of which each is there once. */
  readonly records: readonly PackedRecord[];
}

/**
 * A record may be in both, while a checkpoint moves it and after a crash: the pending one counts, as the newer. Nothing
 * moves between the two while this runs. What is pending counts only behind records that are whole.
 * @throws DamagedDocumentError where the snapshot is damaged
 */
export function readState(
  handles: Handles,
  documentId: DocumentId,
  pending: PendingDocument | undefined,
): DocumentState {
  if (pending?.base === 'nothing')
    return { snapshot: undefined, values: [], records: pending.records, damage: undefined };
  const stored = readDocument(handles, documentId);
  const kept = stored.values.flatMap(({ records }) => records);
  return { ...stored, records: stored.damage === undefined ? overlay(kept, pending?.records ?? []) : kept };
}

/** @throws DamagedDocumentError with what is before it, when the sequence has a hole or an overlap, or a record is not readable */
export function openState(
  documentId: DocumentId,
  { records, damage }: DocumentState,
  snapshot: StoredSnapshot | undefined,
): StoredDocument | undefined {
  return assembleDocument(documentId, snapshot, unpacked(documentId, records, damage));
}

/** All records, in order; of two with the same first sequence number the one in `newer`. */
export function overlay(older: readonly PackedRecord[], newer: readonly PackedRecord[]): readonly PackedRecord[] {
  const all = [...older, ...newer];
  if (isAscending(all)) return all;
  const once = new Map(all.map((record) => [record.firstSequence, record]));
  return [...once.values()].sort((a, b) => a.firstSequence - b.firstSequence);
}

function isAscending(records: readonly PackedRecord[]): boolean {
  let last = 0;
  for (const { firstSequence } of records) {
    if (firstSequence <= last) return false;
    last = firstSequence;
  }
  return true;
}

function* unpacked(
  documentId: DocumentId,
  records: readonly PackedRecord[],
  damage: Error | undefined,
): Generator<StoredRecord> {
  for (const record of records) {
    // Copied: the log keeps its own bytes until they are moved, and a reader may hand its array to another thread.
    yield openRecord(documentId, { ...record, body: new Uint8Array(record.body) });
  }
  if (damage !== undefined) throw damage;
}
