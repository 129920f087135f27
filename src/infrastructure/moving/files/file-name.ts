import { createHash } from 'node:crypto';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';

export const EXTENSION = '.yjs';
/** What holds the id of a document whose name is too long for a file. */
export const ID_EXTENSION = '.id';
/** Files that hold a document. */
const EXTENSIONS = [EXTENSION, '.bin'];

/** File systems allow 255 bytes; something is put behind the name while it is written. */
const LONGEST = 200;
const KEPT = 120;
/** Between the start of a long name and its hash; in a name that is not cut it is encoded. */
const CUT = '~';

/** As it stands in a name; anything else is percent-encoded. No capitals: some file systems do not tell them apart. */
const PLAIN = /[a-z0-9_-]/;

/**
 * The name of the file of a document, without an extension; `cut` where the id is too long to be read from it. Different
 * ids have different names, also where a file system tells no capitals apart.
 */
export function fileNameOf({ value }: DocumentId): { readonly name: string; readonly form: 'whole' | 'cut' } {
  const parts = [...value].map((character) => (PLAIN.test(character) ? character : percentEncoded(character)));
  const name = parts.join('');
  if (name.length <= LONGEST) return { name, form: 'whole' };
  let start = '';
  for (const part of parts) {
    if (start.length + part.length > KEPT) break;
    start += part;
  }
  const hash = createHash('sha256').update(value).digest('hex').slice(0, 40);
  return { name: `${start}${CUT}${hash}`, form: 'cut' };
}

/** The path of a file without the extension of a document; none where it holds no document. */
export function stemOf(path: string): string | undefined {
  const extension = EXTENSIONS.find((each) => path.endsWith(each));
  return extension === undefined ? undefined : path.slice(0, -extension.length);
}

/** Whether a name was cut, so that the id stands in a file beside it. */
export function isCut(stem: string): boolean {
  return /~[0-9a-f]{40}$/.test(stem);
}

/**
 * The id that the path of a file stands for, of which folders are part.
 * @param stem with slashes between folders
 * @throws Error where it is not percent-encoded
 */
export function idIn(stem: string): string {
  try {
    return decodeURIComponent(stem);
  } catch (cause) {
    throw new Error('its file name is not percent-encoded: write % as %25', { cause });
  }
}

function percentEncoded(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
