import type { LogRecord, Snapshot, StoredDocument } from '../../../domain/repositories/update-log.ts';
import type { VersionedUpdateLog } from '../../../domain/repositories/versioned-update-log.ts';
import { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { checkRecord } from '../shared/check-record.ts';
import { Turns } from '../shared/turns.ts';
import { append } from './append.ts';
import type { Collections } from './collections.ts';
import { compactable, discard, publish, removeReplaced, upload } from './compact.ts';
import { deleteDocument, finishDeletions } from './delete.ts';
import { KnownDocuments } from './known-documents.ts';
import { load } from './load.ts';
import type { MongoStore } from './mongo-store.ts';
import { appendsOf } from './plan-append.ts';
import { positionOf } from './position.ts';
import { repeating } from './repeating.ts';

/**
 * The update log in collections of a MongoDB server that several servers may share. It needs no transactions: rows are
 * inserted and removed, and never changed, so each is there whole or not at all, and of two servers that insert the same
 * `_id` one does.
 */
export class MongoUpdateLog implements VersionedUpdateLog {
  readonly #store: MongoStore;
  readonly #disconnect: () => Promise<void>;
  readonly #writes = new Turns();
  readonly #compactions = new Turns();
  #closed: Promise<void> | undefined;

  private constructor(store: MongoStore, disconnect: () => Promise<void>) {
    this.#store = store;
    this.#disconnect = disconnect;
  }

  /** @param disconnect gives the connections back; called by `close` */
  static async open(collections: Collections, disconnect: () => Promise<void>): Promise<MongoUpdateLog> {
    const store = { collections, known: new KnownDocuments() };
    await finishDeletions(store);
    return new MongoUpdateLog(store, disconnect);
  }

  async append(records: readonly LogRecord[]): Promise<void> {
    this.#checkOpen();
    records.forEach(checkRecord);
    if (records.length === 0) return;
    const documents = appendsOf(records);
    const ids = documents.map(({ documentId }) => documentId);
    await this.#writes.take(ids, () => repeating(() => append(this.#store, documents)));
  }

  async load(documentId: DocumentId): Promise<StoredDocument | undefined> {
    this.#checkOpen();
    return await repeating(() => load(this.#store, documentId));
  }

  async compact(documentId: DocumentId, snapshot: Snapshot): Promise<void> {
    this.#checkOpen();
    await this.#compactions.take([documentId], () => repeating(() => this.#compact(documentId, snapshot)));
  }

  async delete(documentId: DocumentId): Promise<void> {
    this.#checkOpen();
    await this.#writes.take([documentId], () => repeating(() => deleteDocument(this.#store, documentId)));
  }

  async list(after: DocumentId | undefined, limit: number): Promise<readonly DocumentId[]> {
    this.#checkOpen();
    // To the driver, 0 is no limit.
    if (limit === 0) return [];
    const { documents } = this.#store.collections;
    const found = () => documents.find(after === undefined ? {} : { _id: { $gt: after.value } });
    const page = () => found().project<{ _id: string }>({ _id: 1 }).sort({ _id: 1 }).limit(limit).toArray();
    return (await repeating(page)).map(({ _id }) => DocumentId.parse(_id));
  }

  async version(documentId: DocumentId): Promise<string | undefined> {
    this.#checkOpen();
    const end = await repeating(() => positionOf(this.#store, documentId));
    this.#store.known.saw(documentId, end);
    return end && `${end.incarnation}:${end.sequence}:${end.stamp}`;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #compact(documentId: DocumentId, snapshot: Snapshot): Promise<void> {
    const store = this.#store;
    const behind = await this.#writes.take([documentId], () => compactable(store, documentId, snapshot.sequence));
    if (behind === undefined) return;
    const rows = await upload(store, documentId, snapshot, behind);
    try {
      await this.#writes.take([documentId], () => publish(store, documentId, rows, behind));
    } catch (cause) {
      await discard(store, documentId, rows);
      throw cause;
    }
    await removeReplaced(store, behind.incarnation);
  }

  async #close(): Promise<void> {
    await this.#compactions.idle();
    await this.#writes.idle();
    await this.#disconnect();
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw new Error('The update log is closed.');
  }
}
