import { close, constants, fdatasync, ftruncate, open, writev } from 'node:fs';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { syncDirectory } from '../sync-directory.ts';

/** A file of the write-ahead log that is open for writing. */
export interface SegmentFile {
  /** Resolves when all of `pieces` is on disk, one behind the other from `position` on. */
  write(pieces: readonly Uint8Array[], position: number): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** All that the write-ahead log does to a disk. Rejects with what the system says. */
export interface SegmentFiles {
  /** Rejects where the name exists. The name is durable after the next `syncDirectory`. */
  create(path: string): Promise<SegmentFile>;
  /** A file that does not exist is no error. */
  remove(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
}

/**
 * Linux syncs a write through a descriptor opened with O_DSYNC inside that one call. Elsewhere the flag is missing, or
 * does not reach the disk (macOS), and a sync has to follow.
 */
const SYNCS_WHEN_WRITING = process.platform === 'linux' && constants.O_DSYNC !== undefined;
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (SYNCS_WHEN_WRITING ? constants.O_DSYNC : 0);

// Called for each commit: the promises of node:fs/promises cost more.
const [openFile, writePieces, sync, truncateFile, closeFile] = [
  promisify(open),
  promisify(writev),
  promisify(fdatasync),
  promisify(ftruncate),
  promisify(close),
];

export const diskFiles: SegmentFiles = {
  create: async (path) => new DiskFile(await openFile(path, FLAGS, 0o600)),
  remove: (path) => rm(path, { force: true }),
  syncDirectory: async (path) => syncDirectory(path),
};

class DiskFile implements SegmentFile {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  async write(pieces: readonly Uint8Array[], position: number): Promise<void> {
    let rest = pieces;
    let at = position;
    while (rest.length > 0) {
      const { bytesWritten } = await writePieces(this.#descriptor, rest, at);
      at += bytesWritten;
      rest = behind(rest, bytesWritten);
    }
    if (!SYNCS_WHEN_WRITING) await sync(this.#descriptor);
  }

  truncate(length: number): Promise<void> {
    return truncateFile(this.#descriptor, length);
  }

  close(): Promise<void> {
    return closeFile(this.#descriptor);
  }
}

/** What is left of `pieces` behind their first `written` bytes: a write may end early. */
function behind(pieces: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let left = written;
  let at = 0;
  for (const { length } of pieces) {
    if (left < length) break;
    left -= length;
    at++;
  }
  const [cut, ...rest] = pieces.slice(at);
  return cut === undefined ? [] : [cut.subarray(left), ...rest];
}
