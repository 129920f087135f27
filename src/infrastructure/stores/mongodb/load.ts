import { DamagedDocumentError, type StoredDocument } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { assembleDocument, type StoredRecord } from '../shared/assemble-document.ts';
import { incarnationOfStored } from './head-row.ts';
import { rowsOf, sequenceOf } from './keys.ts';
import type { MongoStore } from './mongo-store.ts';
import { newestSnapshot, readSnapshot } from './snapshot-row.ts';
import { readRecord } from './update-row.ts';

/** What does not fit together may have changed while it was read. What is damaged looks the same again. */
const MOST_TRIES = 20;

/** @throws DamagedDocumentError */
export async function load(store: MongoStore, documentId: DocumentId): Promise<StoredDocument | undefined> {
  let before: string | undefined;
  for (let tried = 1; ; tried++) {
    try {
      return await loadOnce(store, documentId);
    } catch (cause) {
      if (!(cause instanceof DamagedDocumentError) || cause.message === before || tried === MOST_TRIES) throw cause;
      before = cause.message;
    }
  }
}

/**
 * Updates are read before the snapshot: one that was removed meanwhile is in a snapshot that is there by then. Whether the
 * document was deleted meanwhile is looked up last.
 */
async function loadOnce(store: MongoStore, documentId: DocumentId): Promise<StoredDocument | undefined> {
  const { collections, known } = store;
  const incarnation = await incarnationOfStored(store, documentId);
  if (incarnation === undefined) {
    known.saw(documentId, undefined);
    return undefined;
  }
  const rows = await collections.updates.find(rowsOf(incarnation)).sort({ _id: 1 }).toArray();
  const [snapshotRow, now] = await Promise.all([
    newestSnapshot(store, incarnation),
    incarnationOfStored(store, documentId),
  ]);
  if (now !== incarnation) return await loadOnce(store, documentId);
  const folded = snapshotRow === null ? 0 : sequenceOf(snapshotRow._id);
  // What starts in the snapshot is no part of the document, even where it ends behind it: see append.ts.
  const tail = rows.filter(({ _id }) => sequenceOf(_id) > folded);
  const snapshot = snapshotRow === null ? undefined : await readSnapshot(store, documentId, snapshotRow);
  const records = await Promise.allSettled(tail.map((row) => readRecord(store, documentId, row)));
  const stored = assembleDocument(documentId, snapshot, upToTheFirstFailure(records));
  if (stored === undefined) throw new DamagedDocumentError(documentId, 'none of its updates is there');
  known.saw(documentId, { incarnation, sequence: stored.sequence });
  return stored;
}

/** What is before a damaged record can be read. */
function* upToTheFirstFailure(records: readonly PromiseSettledResult<StoredRecord>[]): Generator<StoredRecord> {
  for (const record of records) {
    if (record.status === 'rejected') throw record.reason;
    yield record.value;
  }
}
