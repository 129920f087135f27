import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import type { DocumentSource, SourceDocument } from '../../../application/ports/document-source.ts';
import { ID_EXTENSION, idIn, isCut, stemOf } from './file-name.ts';

interface TarEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Unix milliseconds. */
  readonly lastModified: number | undefined;
}

/** The documents in a tar that a TarArchive made, or in one of a folder with such files. */
export class TarSource implements DocumentSource {
  readonly #stream: Readable;

  private constructor(stream: Readable) {
    this.#stream = stream;
  }

  /** @throws Error where it cannot be read */
  static async ofFile(file: string): Promise<TarSource> {
    await access(file).catch((cause: Error) => {
      throw new Error(`The tar file ${file} cannot be read: ${cause.message}`, { cause });
    });
    return new TarSource(createReadStream(file));
  }

  static ofStream(stream: Readable): TarSource {
    return new TarSource(stream);
  }

  count(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async *documents(): AsyncGenerator<SourceDocument, void> {
    let id: { readonly stem: string; readonly value: string } | undefined;
    for await (const entry of tarEntries(this.#stream)) {
      const name = entry.name.replace(/^\.\//, '');
      if (name.endsWith(ID_EXTENSION)) {
        id = { stem: name.slice(0, -ID_EXTENSION.length), value: Buffer.from(entry.bytes).toString('utf8') };
        continue;
      }
      const stem = stemOf(name);
      if (stem !== undefined) yield documentOf(entry, stem, id?.stem === stem ? id.value : undefined);
    }
  }

  close(): Promise<void> {
    this.#stream.destroy();
    return Promise.resolve();
  }
}

/** The files of a tar, one at a time. @throws Error where it is cut off or no tar */
export async function* tarEntries(stream: Readable): AsyncGenerator<TarEntry, void> {
  const unpacked = extract();
  stream.on('error', (cause) => unpacked.destroy(cause));
  stream.pipe(unpacked);
  for await (const entry of unpacked) {
    const { name, type, mtime } = entry.header;
    const bytes = await buffer(entry);
    if (type === 'file') yield { name, bytes, lastModified: mtime?.getTime() };
  }
}

function documentOf({ bytes, lastModified }: TarEntry, stem: string, id: string | undefined): SourceDocument {
  try {
    if (id === undefined && isCut(stem)) {
      throw new Error(`its id should stand in ${basename(stem)}${ID_EXTENSION}, right before it in the tar`);
    }
    return { name: id ?? idIn(stem), read: () => Promise.resolve({ updates: [bytes], lastModified }) };
  } catch (cause) {
    return { name: stem, read: () => Promise.reject(cause) };
  }
}
