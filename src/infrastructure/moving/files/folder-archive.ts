import { mkdir, open, readFile, rename, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type Archived, type DocumentArchive, DocumentFault } from '../../../application/ports/document-archive.ts';
import { DocumentContent } from '../../../domain/entities/document-content.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { EXTENSION, fileNameOf, ID_EXTENSION } from './file-name.ts';

/** What a file is called until it is whole. */
const UNFINISHED = '.part';

/** A folder with a file for each document. A file that is there with other content gets the rest of it. */
export class FolderArchive implements DocumentArchive {
  readonly atOnce = 8;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder where it is missing. @throws Error */
  static async open(folder: string): Promise<FolderArchive> {
    await mkdir(folder, { recursive: true });
    return new FolderArchive(folder);
  }

  async write(documentId: DocumentId, content: DocumentContent, lastModified: number): Promise<Archived> {
    const { name, form } = fileNameOf(documentId);
    const stem = join(this.#folder, name);
    const file = `${stem}${EXTENSION}`;
    const before = await contentIn(file);
    if (before?.includes(content) === true) return 'there';
    // First: a file whose id nobody knows would be of no use.
    if (form === 'cut') await put(`${stem}${ID_EXTENSION}`, Buffer.from(documentId.value), lastModified);
    const whole = before === undefined ? content : DocumentContent.of([before.update, content.update]);
    await put(file, whole.update, lastModified);
    const written = await contentIn(file);
    if (written?.equals(whole) !== true) throw new DocumentFault(`what stands in ${file} now is not what was written`);
    return before === undefined ? 'written' : 'merged';
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }

  abandon(): Promise<void> {
    return Promise.resolve();
  }
}

/** @throws DocumentFault where the file holds no document */
async function contentIn(file: string): Promise<DocumentContent | undefined> {
  let update: Uint8Array;
  try {
    update = await readFile(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
  try {
    return DocumentContent.of([update]);
  } catch (cause) {
    throw new DocumentFault(`${file} is there already and is no Yjs update; move it away`, cause);
  }
}

/** On disk under its name only when it is whole. */
async function put(file: string, bytes: Uint8Array, lastModified: number): Promise<void> {
  const unfinished = `${file}${UNFINISHED}`;
  const handle = await open(unfinished, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await utimes(unfinished, lastModified / 1000, lastModified / 1000);
  await rename(unfinished, file);
}
