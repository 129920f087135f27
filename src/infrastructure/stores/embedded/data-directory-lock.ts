import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { isRunning, type LockOwner, newOwner, parseOwner } from './lock-owner.ts';

/**
 * Keeps a second process out of a data directory, by the file `server.lock` in it. It protects against mistakes on one
 * machine: processes that cannot see each other's /proc (two containers, two machines) are not kept apart.
 */
export class DataDirectoryLock {
  readonly #path: string;
  readonly #owner: LockOwner;

  private constructor(path: string, owner: LockOwner) {
    this.#path = path;
    this.#owner = owner;
  }

  /**
   * Makes the directory where it is missing, and takes its lock; what a dead process left behind is taken over.
   * @throws Error in one line, with the directory, the process id of the owner, and the way out.
   */
  static acquire(dataDirectory: string): DataDirectoryLock {
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    const path = join(dataDirectory, 'server.lock');
    const owner = newOwner();
    take(path, owner, dataDirectory);
    return new DataDirectoryLock(path, owner);
  }

  /** Gives the directory back; does nothing where the lock is no longer this one. */
  release(): void {
    if (readLock(this.#path)?.nonce === this.#owner.nonce) rmSync(this.#path, { force: true });
  }
}

function take(path: string, owner: LockOwner, dataDirectory: string): void {
  const draft = `${path}.${owner.nonce}.draft`;
  writeDurably(draft, JSON.stringify(owner));
  try {
    while (!publish(draft, path)) {
      const holder = holderOf(path, dataDirectory);
      if (holder === undefined) continue;
      if (isRunning(holder)) throw held(dataDirectory, path, holder);
      if (replaceDead(path, holder, draft, dataDirectory)) return;
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Puts `draft` in the place of a dead process's lock. Two processes that both found it dead must not both remove it:
 * the second would remove the first one's. So a lock may be replaced only under a lock of its own, named by its nonce;
 * under it, the holder is either still in its place, or was replaced and never comes back.
 */
function replaceDead(path: string, holder: LockOwner, draft: string, dataDirectory: string): boolean {
  const permit = `${path}.${holder.nonce}`;
  take(permit, newOwner(), dataDirectory);
  try {
    if (readLock(path)?.nonce !== holder.nonce) return false;
    renameSync(draft, path);
    return true;
  } finally {
    rmSync(permit, { force: true });
  }
}

/** Makes the name and its content in one step, unless the name exists: there is no moment with an empty lock. */
function publish(draft: string, path: string): boolean {
  return createOnce(path, () => {
    try {
      linkSync(draft, path);
    } catch (error) {
      if (hasCode(error, 'EEXIST')) throw error;
      // A file system without hard links. The copy is made with O_EXCL.
      copyFileSync(draft, path, constants.COPYFILE_EXCL);
    }
  });
}

function createOnce(path: string, create: () => void): boolean {
  try {
    create();
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw new Error(`The lock file ${path} cannot be made.`, { cause: error });
  }
}

function holderOf(path: string, dataDirectory: string): LockOwner | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  const holder = parseOwner(text);
  if (holder === undefined) {
    throw new Error(
      `The lock file ${path} of the data directory ${dataDirectory} is not readable; remove it if no server uses the directory.`,
    );
  }
  return holder;
}

function held(dataDirectory: string, path: string, { pid }: LockOwner): Error {
  return new Error(
    `The data directory ${dataDirectory} is in use by process ${pid}: stop that process, or configure another directory, ` +
      `or remove ${path} if that process is no server.`,
  );
}

function readLock(path: string): LockOwner | undefined {
  const text = readText(path);
  return text === undefined ? undefined : parseOwner(text);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** A lock that a power cut left empty would be unreadable, and refuse everyone. */
function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
