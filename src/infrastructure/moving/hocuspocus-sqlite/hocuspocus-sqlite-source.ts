import { existsSync } from 'node:fs';
import type { Database } from 'node-sqlite3-wasm';
import type { DocumentSource, SourceContent, SourceDocument } from '../../../application/ports/document-source.ts';

const PAGE = 500;
const ROWS = 'SELECT rowid AS id, name FROM documents WHERE rowid > ? ORDER BY rowid LIMIT ?';

/** The documents in the file of Hocuspocus' extension-sqlite: the table `documents`, with the state of each. */
export class HocuspocusSqliteSource implements DocumentSource {
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
  }

  /** Opened to be read only. @throws Error that says what is in the way */
  static async open(file: string): Promise<HocuspocusSqliteSource> {
    if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
    const { default: sqlite } = await import('node-sqlite3-wasm').catch((cause: Error) => {
      throw new Error(`The package node-sqlite3-wasm cannot be loaded: ${cause.message}. Run npm install again.`, {
        cause,
      });
    });
    let database: Database | undefined;
    try {
      database = new sqlite.Database(file, { fileMustExist: true, readOnly: true });
      // What is in a write-ahead log can be read only so: there is no memory to share with others.
      database.exec('PRAGMA locking_mode = EXCLUSIVE');
      database.get('SELECT name, data FROM documents LIMIT 1');
      return new HocuspocusSqliteSource(database);
    } catch (cause) {
      database?.close();
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${file} is no database of extension-sqlite that can be read: ${why}.${wayOut(why)}`, { cause });
    }
  }

  async count(): Promise<number> {
    return Number(this.#database.get('SELECT count(*) AS documents FROM documents')?.documents);
  }

  async *documents(): AsyncGenerator<SourceDocument, void> {
    for (let after = 0; ; ) {
      const page = this.#database.all(ROWS, [after, PAGE]);
      if (page.length === 0) return;
      for (const row of page) {
        after = Number(row.id);
        yield this.#document(String(row.name), after);
      }
    }
  }

  close(): Promise<void> {
    this.#database.close();
    return Promise.resolve();
  }

  #document(name: string, id: number): SourceDocument {
    return { name, read: async () => this.#read(id) };
  }

  #read(id: number): SourceContent {
    const row = this.#database.get('SELECT data FROM documents WHERE rowid = ?', [id]);
    if (!(row?.data instanceof Uint8Array)) throw new Error('its column data holds no blob');
    return { updates: [row.data], lastModified: undefined };
  }
}

function wayOut(why: string): string {
  return why.includes('lock') ? ' Stop the server that writes it.' : '';
}
