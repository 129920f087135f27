import type { LogRecord, Snapshot, StoredDocument, UpdateLog } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { checkRecord } from '../shared/check-record.ts';
import { DataDirectoryLock } from './data-directory-lock.ts';
import { listDocuments } from './document-listing.ts';
import { openState, readState } from './document-state.ts';
import { type EmbeddedStore, openEmbeddedStore, type StoreOptions } from './embedded-store.ts';
import type { Handles } from './environment.ts';
import { planCompaction } from './plan-compaction.ts';
import { chunked, readWhole } from './snapshot-chunks.ts';
import { encodeCompaction, encodeDeletion, encodeRecordEntries } from './wal/entry-codec.ts';

/**
 * The update log in a directory of this machine, which has to be on a local disk. Appends and deletions go to a
 * write-ahead log; checkpoints bring them into LMDB, and reads see both as one.
 */
export class EmbeddedUpdateLog implements UpdateLog {
  readonly #lock: DataDirectoryLock;
  readonly #store: EmbeddedStore;
  readonly #underWay = new Set<Promise<void>>();
  #closed: Promise<void> | undefined;

  private constructor(lock: DataDirectoryLock, store: EmbeddedStore) {
    this.#lock = lock;
    this.#store = store;
  }

  /**
   * Makes the directory where it is missing, and takes it over for this process.
   * @throws Error when another process has it, or its files cannot be opened, or something that was acknowledged is
   * missing in the write-ahead log.
   */
  static async open(dataDirectory: string, options: Partial<StoreOptions> = {}): Promise<EmbeddedUpdateLog> {
    const lock = DataDirectoryLock.acquire(dataDirectory);
    try {
      return new EmbeddedUpdateLog(lock, await openEmbeddedStore(dataDirectory, options));
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  async append(records: readonly LogRecord[]): Promise<void> {
    this.#checkOpen();
    records.forEach(checkRecord);
    await this.#store.appends.append(encodeRecordEntries(records));
  }

  async load(documentId: DocumentId): Promise<StoredDocument | undefined> {
    for (;;) {
      const state = readState(await this.#handles(), documentId, this.#store.pending.get(documentId));
      if (state.snapshot === undefined) return openState(documentId, state, undefined);
      const snapshot = await readWhole(() => this.#handles(), documentId, state.snapshot);
      if (snapshot !== 'replaced') return openState(documentId, state, snapshot);
    }
  }

  async compact(documentId: DocumentId, snapshot: Snapshot): Promise<void> {
    this.#checkOpen();
    await this.#track(this.#compact(documentId, snapshot));
  }

  async delete(documentId: DocumentId): Promise<void> {
    this.#checkOpen();
    await this.#store.appends.append(encodeDeletion(documentId));
  }

  async list(after: DocumentId | undefined, limit: number): Promise<readonly DocumentId[]> {
    return listDocuments(await this.#handles(), this.#store.pending.documents(), after, limit);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #compact(documentId: DocumentId, snapshot: Snapshot): Promise<void> {
    const { appends, commits, pending } = this.#store;
    // Everything that was appended before this call is in `pending` then.
    await appends.settled();
    const content = await chunked(snapshot.update);
    let isBehindDeletion = false;
    await commits.readThenWrite((handles) => {
      const before = pending.get(documentId);
      isBehindDeletion = pending.isDeletionLogged(documentId);
      return {
        changes: planCompaction(handles, documentId, before, snapshot, content),
        committed: pending.compacting(documentId, snapshot.sequence),
      };
    });
    if (isBehindDeletion) await this.#confirm(documentId, snapshot.sequence);
  }

  /**
   * Read again after a crash, the deletion in the log would take the snapshot, and the records behind it would come back:
   * the same document, not compacted. So the log has to say that the snapshot is newer. While something is on its way to
   * the log it does not, for that might be another deletion.
   */
  async #confirm(documentId: DocumentId, sequence: number): Promise<void> {
    const { appends, pending } = this.#store;
    if (!appends.isIdle || pending.get(documentId)?.base === 'nothing') return;
    await appends.append(encodeCompaction(documentId, sequence));
  }

  async #track(call: Promise<void>): Promise<void> {
    this.#underWay.add(call);
    try {
      await call;
    } finally {
      this.#underWay.delete(call);
    }
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#underWay, this.#store.appends.idle()]);
    await this.#store.close();
    this.#lock.release();
  }

  async #handles(): Promise<Handles> {
    this.#checkOpen();
    return await this.#store.environment.handles();
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw new Error('The update log is closed.');
  }
}
