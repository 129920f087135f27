import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import type { Archived, DocumentArchive } from '../../../application/ports/document-archive.ts';
import type { DocumentContent } from '../../../domain/entities/document-content.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { EXTENSION, fileNameOf, ID_EXTENSION } from './file-name.ts';
import { tarEntries } from './tar-source.ts';

const UNFINISHED = '.part';

/** A tar of the files that a FolderArchive would make, to a file or a stream. */
export class TarArchive implements DocumentArchive {
  /** One after the other, as they stand in it. */
  readonly atOnce = 1;
  readonly #pack: Pack = pack();
  readonly #file: string | undefined;
  readonly #done: Promise<unknown>;
  readonly #written = createHash('sha256');

  private constructor(target: Writable, file: string | undefined) {
    this.#file = file;
    this.#done = pipeline(this.#pack, target).then(
      () => undefined,
      (cause: unknown) => cause,
    );
  }

  /** The file gets its name when it is whole. @throws Error where it cannot be written */
  static async toFile(file: string): Promise<TarArchive> {
    const unfinished = `${file}${UNFINISHED}`;
    const handle = await open(unfinished, 'w', 0o600);
    return new TarArchive(createWriteStream(unfinished, { fd: handle, flush: true }), file);
  }

  static toStream(target: Writable): TarArchive {
    return new TarArchive(target, undefined);
  }

  async write(documentId: DocumentId, content: DocumentContent, lastModified: number): Promise<Archived> {
    const { name, form } = fileNameOf(documentId);
    if (form === 'cut') await this.#entry(`${name}${ID_EXTENSION}`, Buffer.from(documentId.value), lastModified);
    await this.#entry(`${name}${EXTENSION}`, Buffer.from(content.update), lastModified);
    return 'written';
  }

  async finish(): Promise<void> {
    this.#pack.finalize();
    const failure = await this.#done;
    if (failure !== undefined) throw failure;
    if (this.#file === undefined) return;
    const unfinished = `${this.#file}${UNFINISHED}`;
    if ((await digestOf(unfinished)) !== this.#written.digest('hex')) {
      throw new Error(`What stands in ${unfinished} is not what was written: the disk or its file system fails.`);
    }
    await rename(unfinished, this.#file);
  }

  async abandon(): Promise<void> {
    this.#pack.destroy();
    await this.#done;
    if (this.#file !== undefined) await rm(`${this.#file}${UNFINISHED}`, { force: true });
  }

  async #entry(name: string, bytes: Buffer, lastModified: number): Promise<void> {
    addTo(this.#written, name, bytes);
    const taken = new Promise<void>((resolve, reject) => {
      const header = { name, size: bytes.length, mtime: new Date(lastModified), mode: 0o600 };
      this.#pack.entry(header, bytes, (error) => (error ? reject(error) : resolve()));
    });
    // A pipe that breaks tells no entry.
    const failure = await Promise.race([taken, this.#done]);
    if (failure !== undefined) throw failure;
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const { name, bytes } of tarEntries(createReadStream(file))) addTo(hash, name, bytes);
  return hash.digest('hex');
}

function addTo(hash: ReturnType<typeof createHash>, name: string, bytes: Uint8Array): void {
  hash.update(`${name}\0${bytes.length}\0`).update(bytes);
}
