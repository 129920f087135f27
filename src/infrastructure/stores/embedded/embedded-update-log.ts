import type { LogRecord, Snapshot, StoredDocument, UpdateLog } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { assembleDocument } from '../shared/assemble-document.ts';
import { checkRecord } from '../shared/check-record.ts';
import { type Change, CommitQueue } from './commit-queue.ts';
import { DataDirectoryLock } from './data-directory-lock.ts';
import { listDocuments } from './document-listing.ts';
import { Environment, type Handles } from './environment.ts';
import { recordKey, snapshotKey } from './keys.ts';
import { planCompaction } from './plan-compaction.ts';
import { readDocument, recordKeys } from './read-document.ts';
import { encodeRecord } from './record-codec.ts';

/** The update log in a directory of this machine, in LMDB. The directory has to be on a local disk. */
export class EmbeddedUpdateLog implements UpdateLog {
  readonly #lock: DataDirectoryLock;
  readonly #environment: Environment;
  readonly #commits: CommitQueue;
  #closed: Promise<void> | undefined;

  private constructor(lock: DataDirectoryLock, environment: Environment) {
    this.#lock = lock;
    this.#environment = environment;
    this.#commits = new CommitQueue(environment);
  }

  /**
   * Makes the directory where it is missing, and takes it over for this process.
   * @throws Error when another process has it, or its files cannot be opened.
   */
  static async open(dataDirectory: string): Promise<EmbeddedUpdateLog> {
    const lock = DataDirectoryLock.acquire(dataDirectory);
    const environment = new Environment(dataDirectory);
    try {
      await environment.handles();
    } catch (error) {
      lock.release();
      throw error;
    }
    return new EmbeddedUpdateLog(lock, environment);
  }

  async append(records: readonly LogRecord[]): Promise<void> {
    this.#checkOpen();
    await this.#commits.write(records.map(storedForm));
  }

  async load(documentId: DocumentId): Promise<StoredDocument | undefined> {
    const { snapshot, records } = readDocument(await this.#handles(), documentId);
    return assembleDocument(documentId, snapshot, records);
  }

  async compact(documentId: DocumentId, snapshot: Snapshot): Promise<void> {
    this.#checkOpen();
    await this.#commits.readThenWrite((handles) => {
      return planCompaction(documentId, readDocument(handles, documentId), snapshot);
    });
  }

  async delete(documentId: DocumentId): Promise<void> {
    this.#checkOpen();
    // Without decoding anything: a damaged document can be deleted.
    await this.#commits.readThenWrite((handles) => [
      ...recordKeys(handles, documentId).map((key) => ({ database: 'updates' as const, key, value: undefined })),
      { database: 'snapshots', key: snapshotKey(documentId), value: undefined },
    ]);
  }

  async list(after: DocumentId | undefined, limit: number): Promise<readonly DocumentId[]> {
    return listDocuments(await this.#handles(), after, limit);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#commits.idle();
    await this.#environment.close();
    this.#lock.release();
  }

  async #handles(): Promise<Handles> {
    this.#checkOpen();
    return await this.#environment.handles();
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw new Error('The update log is closed.');
  }
}

function storedForm(record: LogRecord): Change {
  checkRecord(record);
  const key = recordKey(record.documentId, record.firstSequence);
  return { database: 'updates', key, value: encodeRecord(key, record) };
}
