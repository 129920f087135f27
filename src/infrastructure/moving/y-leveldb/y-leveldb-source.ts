import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClassicLevel } from 'classic-level';
import type { DocumentSource, SourceContent, SourceDocument } from '../../../application/ports/document-source.ts';
import { behindDocument, documentOfKey, FIRST_DOCUMENT, updateKeys } from './y-leveldb-keys.ts';

type Database = ClassicLevel<Uint8Array, Uint8Array>;

const OPTIONS = { keyEncoding: 'view', valueEncoding: 'view', createIfMissing: false } as const;

/** The documents in the folder of a y-leveldb (y-websocket's server with `YPERSISTENCE`). */
export class YLevelDbSource implements DocumentSource {
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
  }

  /** @throws Error that says what is in the way */
  static async open(folder: string): Promise<YLevelDbSource> {
    // LevelDB would make an empty one.
    if (!existsSync(join(folder, 'CURRENT'))) throw new Error(`In ${folder} is no LevelDB.`);
    const { ClassicLevel } = await import('classic-level').catch((cause: Error) => {
      throw new Error(`The package classic-level cannot be loaded: ${cause.message}. Run npm install again.`, {
        cause,
      });
    });
    const database = new ClassicLevel<Uint8Array, Uint8Array>(folder, OPTIONS);
    try {
      await database.open();
    } catch (cause) {
      throw new Error(`The LevelDB in ${folder} cannot be opened: ${whyOf(cause)}`, { cause });
    }
    return new YLevelDbSource(database);
  }

  count(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async *documents(): AsyncGenerator<SourceDocument, void> {
    for (let start: Uint8Array = FIRST_DOCUMENT; ; ) {
      const [key] = await this.#database.keys({ gte: start, limit: 1 }).all();
      const document = key && documentOfKey(key);
      if (document === undefined) return;
      yield { name: document, read: () => this.#read(document) };
      start = behindDocument(document);
    }
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async #read(document: string): Promise<SourceContent> {
    const updates = await this.#database.values(updateKeys(document)).all();
    return { updates, lastModified: undefined };
  }
}

function whyOf(cause: unknown): string {
  const { message, cause: reason } = cause as Error;
  const { code } = (reason ?? {}) as { readonly code?: string };
  if (code === 'LEVEL_LOCKED') return 'another process has it open. Stop the server that writes it.';
  return reason instanceof Error ? reason.message : message;
}
