import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { LogRecord, Snapshot, StoredDocument } from '../../../domain/repositories/update-log.ts';
import type { VersionedUpdateLog } from '../../../domain/repositories/versioned-update-log.ts';
import { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { checkRecord } from '../shared/check-record.ts';
import { Turns } from '../shared/turns.ts';
import { append, appendsOf } from './append.ts';
import { discard, replace, upload } from './compact.ts';
import { Incarnations } from './incarnations.ts';
import { load } from './load.ts';
import { migrate } from './migrate.ts';
import { isBytes, type SqlDatabase } from './sql-database.ts';
import type { SqlStore } from './sql-store.ts';
import { statementsFor } from './statements.ts';

/**
 * The update log in tables of a database that several servers may share. A row for each document says where it stands;
 * who appends locks it, so that nobody writes over what another has written.
 */
export class SqlUpdateLog implements VersionedUpdateLog {
  readonly #store: SqlStore;
  readonly #writes = new Turns();
  readonly #compactions = new Turns();
  #closed: Promise<void> | undefined;

  private constructor(store: SqlStore) {
    this.#store = store;
  }

  /**
   * Makes the tables where they are missing.
   * @param prefix of the tables' names
   * @throws Error when a newer server made them
   */
  static async open(database: SqlDatabase, prefix: string): Promise<SqlUpdateLog> {
    await migrate(database, prefix);
    const statements = statementsFor(database.dialect, prefix);
    return new SqlUpdateLog({ database, statements, writer: randomBytes(16), incarnations: new Incarnations() });
  }

  async append(records: readonly LogRecord[]): Promise<void> {
    this.#checkOpen();
    records.forEach(checkRecord);
    if (records.length === 0) return;
    const documents = appendsOf(records);
    const ids = documents.map(({ documentId }) => documentId);
    await this.#writes.take(ids, () => append(this.#store, documents));
  }

  async load(documentId: DocumentId): Promise<StoredDocument | undefined> {
    this.#checkOpen();
    return await load(this.#store, documentId);
  }

  async compact(documentId: DocumentId, snapshot: Snapshot): Promise<void> {
    this.#checkOpen();
    await this.#compactions.take([documentId], () => this.#compact(documentId, snapshot));
  }

  async delete(documentId: DocumentId): Promise<void> {
    this.#checkOpen();
    const key = Buffer.from(documentId.value);
    const { database, statements, incarnations } = this.#store;
    await this.#writes.take([documentId], async () => {
      await database.write(async (session) => {
        await session.query(statements.lockHead, [key]);
        await session.query(statements.deleteHead, [key]);
        await session.query(statements.deleteUpdates, [key]);
        await session.query(statements.deleteSnapshots, [key]);
      });
      incarnations.saw(documentId, undefined);
    });
  }

  async list(after: DocumentId | undefined, limit: number): Promise<readonly DocumentId[]> {
    this.#checkOpen();
    const { database, statements } = this.#store;
    const rows = await database.read((session) =>
      after === undefined
        ? session.query(statements.firstPage, [limit])
        : session.query(statements.page, [Buffer.from(after.value), limit]),
    );
    return rows.flatMap(({ id }) => (isBytes(id) ? DocumentId.parse(Buffer.from(id).toString('utf8')) : []));
  }

  async version(documentId: DocumentId): Promise<string | undefined> {
    this.#checkOpen();
    const { database, statements, incarnations } = this.#store;
    const [row] = await database.read((session) => session.query(statements.version, [Buffer.from(documentId.value)]));
    const incarnation = isBytes(row?.incarnation) ? row.incarnation : undefined;
    incarnations.saw(documentId, incarnation);
    // With the time: a database put back from a backup goes through the same numbers again, with other updates.
    return incarnation && `${Buffer.from(incarnation).toString('hex')}:${row?.sequence}:${row?.last_modified}`;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #compact(documentId: DocumentId, snapshot: Snapshot): Promise<void> {
    const uploaded = await upload(this.#store, documentId, snapshot);
    try {
      await this.#writes.take([documentId], () => replace(this.#store, documentId, snapshot, uploaded));
    } catch (cause) {
      await discard(this.#store, documentId, uploaded);
      throw cause;
    }
  }

  async #close(): Promise<void> {
    await this.#compactions.idle();
    await this.#writes.idle();
    await this.#store.database.close();
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw new Error('The update log is closed.');
  }
}
