import { DamagedDocumentError } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { PackedRecord } from '../shared/record-body.ts';
import type { Change } from './commit-queue.ts';
import { overlay } from './document-state.ts';
import type { Handles } from './environment.ts';
import { recordKey, sequenceOfKey, snapshotKey } from './keys.ts';
import { packRecords } from './pack-records.ts';
import type { PendingDocument } from './pending-records.ts';
import { readValuesFrom, type StoredValue, valueKeys } from './read-document.ts';
import { encodeRecords } from './record-codec.ts';
import { removeChunks } from './snapshot-chunks.ts';

/** The changes that bring what is pending of a document into the database. Making them twice changes nothing more. */
export function planMove(handles: Handles, { documentId, base, records }: PendingDocument): Change[] {
  if (base === 'nothing') return [...planDeletion(handles, documentId), ...putRecords(documentId, records)];
  const [first] = records;
  if (first === undefined) return [];
  const stored = readOverlap(handles, documentId, first.firstSequence);
  if ('damagedFrom' in stored) {
    // Never over the damage: the document stays refused.
    const behind = records.filter(({ firstSequence }) => firstSequence > stored.damagedFrom);
    return putRecords(documentId, behind);
  }
  const { overlap } = stored;
  // A call that was repeated, or a log that was read again after a crash: the value is put together anew, since one
  // with the same key would take the place of the whole value.
  const older = overlap.flatMap((value) => value.records);
  const removals = overlap.map(({ key }) => ({ database: 'updates' as const, key, value: undefined }));
  return [...removals, ...putRecords(documentId, overlay(older, records))];
}

/** Removes all that the database has. Without decoding anything: a damaged document can be deleted. */
export function planDeletion(handles: Handles, documentId: DocumentId): Change[] {
  return [
    ...valueKeys(handles, documentId).map((key) => ({ database: 'updates' as const, key, value: undefined })),
    ...removeChunks(handles, documentId),
    { database: 'snapshots', key: snapshotKey(documentId), value: undefined },
  ];
}

/** Puts records, sorted, as few values. */
export function putRecords(documentId: DocumentId, records: readonly PackedRecord[]): Change[] {
  return packRecords(records).map((group): Change => {
    const key = recordKey(documentId, group[0]?.firstSequence ?? 0);
    return { database: 'updates', key, value: encodeRecords(key, group) };
  });
}

type Overlap = { readonly overlap: readonly StoredValue[] } | { readonly damagedFrom: number };

function readOverlap(handles: Handles, documentId: DocumentId, sequence: number): Overlap {
  try {
    return { overlap: readValuesFrom(handles, documentId, sequence) };
  } catch (error) {
    if (!(error instanceof DamagedDocumentError)) throw error;
    const last = valueKeys(handles, documentId).at(-1);
    return { damagedFrom: (last && sequenceOfKey(documentId, last)) ?? Number.POSITIVE_INFINITY };
  }
}
