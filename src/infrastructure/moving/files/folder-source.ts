import { opendir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DocumentSource, SourceDocument } from '../../../application/ports/document-source.ts';
import { ID_EXTENSION, idIn, isCut, stemOf } from './file-name.ts';

/** Every `.yjs` and `.bin` file below a folder, each one Yjs update, encoding v1. */
export class FolderSource implements DocumentSource {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws Error where it is no folder that can be read */
  static async open(folder: string): Promise<FolderSource> {
    const found = await stat(folder).catch((cause: Error) => {
      throw new Error(`The folder ${folder} cannot be read: ${cause.message}`, { cause });
    });
    if (!found.isDirectory()) throw new Error(`${folder} is no folder. A tar file has to end with .tar.`);
    return new FolderSource(folder);
  }

  async count(): Promise<number> {
    let count = 0;
    for await (const _ of filesBelow(this.#folder)) count++;
    return count;
  }

  async *documents(): AsyncGenerator<SourceDocument, void> {
    for await (const path of filesBelow(this.#folder)) yield await this.#document(path);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #document(path: string): Promise<SourceDocument> {
    const file = join(this.#folder, path);
    const read = async () => ({
      updates: [await readFile(file)],
      lastModified: Math.floor((await stat(file)).mtimeMs),
    });
    try {
      return { name: await this.#idOf(path), read };
    } catch (cause) {
      return { name: path, read: () => Promise.reject(cause) };
    }
  }

  async #idOf(path: string): Promise<string> {
    const stem = stemOf(path) ?? path;
    if (!isCut(stem)) return idIn(stem);
    const file = join(this.#folder, `${stem}${ID_EXTENSION}`);
    try {
      return await readFile(file, 'utf8');
    } catch (cause) {
      throw new Error(`its id should stand in ${stem}${ID_EXTENSION}, which cannot be read`, { cause });
    }
  }
}

/** Paths with slashes, below `folder`. */
async function* filesBelow(folder: string, below = ''): AsyncGenerator<string, void> {
  for await (const entry of await opendir(join(folder, below))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(folder, path);
    else if (stemOf(entry.name) !== undefined) yield path;
  }
}
