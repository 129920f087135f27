import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { prepareDatabaseFile } from './database-file.ts';
import { syncDirectory } from './sync-directory.ts';

/** The open database file. Valid until the next `discard` or `close` of its Environment. */
export interface Handles {
  /** Beside the databases: where the write-ahead log starts (log-start.ts). */
  readonly root: RootDatabase<Buffer, Buffer>;
  /** Records by `recordKey`. */
  readonly updates: Database<Buffer, Buffer>;
  /** Snapshots by `snapshotKey`. */
  readonly snapshots: Database<Buffer, Buffer>;
  /** Of large snapshots, by `chunkKey`. */
  readonly chunks: Database<Buffer, Buffer>;
}

/** The LMDB environment of a data directory: the file `documents.mdb`, and beside it the lock file LMDB keeps. */
export class Environment {
  readonly #path: string;
  #handles: Promise<Handles> | undefined;
  #previous: Promise<void> = Promise.resolve();

  constructor(dataDirectory: string) {
    this.#path = join(dataDirectory, 'documents.mdb');
  }

  /** Opens the file, or opens it again after `discard`. Rejects while that fails; the next call tries again. */
  handles(): Promise<Handles> {
    this.#handles ??= this.#open();
    return this.#handles;
  }

  /**
   * Gives up the open file; the next `handles` opens it anew. Needed after every failed commit: where the write of
   * LMDB's meta page failed, it refuses all further work (MDB_PANIC), and lmdb 3.5 then keeps its write lock, so that
   * the promise of a further write would never settle.
   */
  discard(): void {
    const handles = this.#handles;
    if (handles === undefined) return;
    this.#handles = undefined;
    this.#previous = handles.then(({ root }) => root.close()).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.discard();
    await this.#previous;
  }

  async #open(): Promise<Handles> {
    try {
      await this.#previous;
      return openHandles(this.#path);
    } catch (error) {
      this.#handles = undefined;
      throw error;
    }
  }
}

const BINARY = { encoding: 'binary', keyEncoding: 'binary' } as const;

function openHandles(path: string): Handles {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  prepareDatabaseFile(path);
  const root = open<Buffer, Buffer>({
    ...BINARY,
    path,
    noSubdir: true,
    // A write's promise resolves when its transaction is committed. By default lmdb syncs after that, and what was
    // acknowledged could be lost in a power cut. Without overlap the commit itself calls fdatasync for the pages, then
    // writes the meta page through a descriptor opened with O_DSYNC (lmdb's writer.cpp, mdb_txn_commit).
    overlappingSync: false,
    // With it, lmdb keeps a promise of its own for each event turn that no caller can handle: when a commit fails, it
    // is an unhandled rejection, which ends the process. CommitQueue makes each commit one `batch` instead.
    eventTurnBatching: false,
  });
  try {
    const database = (name: string) => root.openDB(name, BINARY);
    const handles = {
      ...{ root, updates: database('updates'), snapshots: database('snapshots') },
      chunks: database('snapshot-chunks'),
    };
    syncDirectory(dirname(path));
    return handles as Handles;
  } catch (error) {
    void root.close();
    throw error;
  }
}
