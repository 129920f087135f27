import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';

/** Where LMDB's mdb.c (struct MDB_meta on 64-bit machines) keeps what is read here, from the start of a meta page. */
const META = { magic: 24, pageSize: 48, lastPage: 144, transaction: 152, end: 160 };
const MAGIC = 0xbeefc0de;
const LITTLE_ENDIAN = endianness() === 'LE';

/**
 * Looks at the database file before LMDB maps it. LMDB ends the process (SIGSEGV) on a file it did not write, and a
 * read behind the end of a file that was cut ends it too (SIGBUS). A cut file is filled up with zeros here: what was
 * lost then shows as damage of the documents it belonged to.
 * @throws Error when the file is no LMDB database, or cannot be opened for writing.
 */
export function prepareDatabaseFile(path: string): void {
  // Structures differ on 32-bit machines.
  if (process.arch === 'arm' || process.arch === 'ia32') return;
  const file = openSync(path, 'a+', 0o600);
  try {
    const { size } = fstatSync(file);
    if (size === 0) return;
    const first = readMeta(file, 0);
    const second = first && readMeta(file, first.pageSize);
    if (first === undefined || second === undefined) throw new Error(`The file ${path} is no database of this server.`);
    const { lastPage } = second.transaction > first.transaction ? second : first;
    const needed = (lastPage + 1) * first.pageSize;
    if (size < needed) ftruncateSync(file, needed);
  } finally {
    closeSync(file);
  }
}

interface Meta {
  readonly pageSize: number;
  readonly lastPage: number;
  readonly transaction: bigint;
}

function readMeta(file: number, position: number): Meta | undefined {
  const view = new DataView(new ArrayBuffer(META.end));
  if (readSync(file, view, 0, META.end, position) < META.end) return undefined;
  if (view.getUint32(META.magic, LITTLE_ENDIAN) !== MAGIC) return undefined;
  return {
    pageSize: view.getUint32(META.pageSize, LITTLE_ENDIAN),
    lastPage: Number(view.getBigUint64(META.lastPage, LITTLE_ENDIAN)),
    transaction: view.getBigUint64(META.transaction, LITTLE_ENDIAN),
  };
}
