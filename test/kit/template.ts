import { createHash } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { reapLater, reapNoMore } from './reaper.ts';
import { IDENTITY, run } from './run-as.ts';

/** An empty folder that services may write to. */
export function serviceFolder(): string {
  const { path } = temporaryDirectory();
  reapLater(`folder ${path}`);
  if (IDENTITY.uid !== undefined && IDENTITY.gid !== undefined) chownSync(path, IDENTITY.uid, IDENTITY.gid);
  return path;
}

export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  reapNoMore(`folder ${path}`);
}

/**
 * Runs `command`, whose last argument is the folder that it initialises, once a machine and version; copies what it made
 * to `target`, which must not exist.
 */
export async function copyInitialised(
  program: string,
  command: (folder: string) => readonly string[],
  target: string,
): Promise<void> {
  const version = await run(program, ['--version']);
  const key = createHash('sha256')
    .update(JSON.stringify([version, command('')]))
    .digest('hex')
    .slice(0, 16);
  const shelf = join(tmpdir(), `yjs-server-test-templates-${userInfo().username}`);
  const template = join(shelf, `${basename(program)}-${key}`);
  if (!existsSync(template)) {
    mkdirSync(shelf, { recursive: true });
    await initialise(program, command, template);
  }
  await run('cp', ['-Rp', template, target]);
}

/** Moved into its place when it is whole, so that nobody copies half of one. */
async function initialise(
  program: string,
  command: (folder: string) => readonly string[],
  template: string,
): Promise<void> {
  const workshop = serviceFolder();
  await run(program, command(join(workshop, 'data')));
  try {
    renameSync(join(workshop, 'data'), template);
  } catch (error) {
    // Another test process was first.
    if (!existsSync(template)) throw error;
  } finally {
    removeFolder(workshop);
  }
}
