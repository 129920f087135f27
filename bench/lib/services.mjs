import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort, listening } from './processes.mjs';

/** Debian has these apart from the PATH. */
function furtherFolders() {
  try {
    return readdirSync('/usr/lib/postgresql').map((version) => join('/usr/lib/postgresql', version, 'bin'));
  } catch {
    return [];
  }
}

/** @param {string} name @returns {string | undefined} */
function find(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...furtherFolders()];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Whether PostgreSQL and Redis can be started here. */
export const hasServices = ['postgres', 'initdb', 'redis-server'].every((name) => find(name) !== undefined);

/** PostgreSQL refuses to run as root. */
const identity =
  process.getuid?.() === 0
    ? { uid: Number(execFileSync('id', ['-u', 'nobody'])), gid: Number(execFileSync('id', ['-g', 'nobody'])) }
    : {};

/**
 * An empty PostgreSQL that syncs, and an empty Redis, in a folder of their own; on the load's core.
 * @returns {Promise<{ environment: Record<string, string>, stop: () => Promise<void> }>}
 */
export async function startServices() {
  const folder = mkdtempSync(join(tmpdir(), 'collaboration-bench-services-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid ?? identity.uid);
  const data = join(folder, 'postgres');
  execFileSync(find('initdb') ?? '', ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-D', data], {
    ...identity,
    cwd: folder,
    stdio: 'pipe',
  });
  const [database, redis] = [await freePort(), await freePort()];
  const settings = [`port=${database}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`];
  /** @type {import('node:child_process').ChildProcess[]} */
  const children = [];
  // However the bench ends; SIGQUIT, so that PostgreSQL leaves no shared memory behind.
  const abandon = () => {
    for (const child of children) child.kill('SIGQUIT');
    remove();
  };
  process.on('exit', abandon);
  children.push(
    await start('postgres', ['-D', data, ...settings.flatMap((each) => ['-c', each])], folder, database),
    await start('redis-server', ['--port', String(redis), '--dir', folder, '--save', ''], folder, redis),
  );
  return {
    environment: {
      STORE_URL: `postgres://postgres@127.0.0.1:${database}/postgres`,
      REDIS_URL: `redis://127.0.0.1:${redis}`,
    },
    stop: async () => {
      await Promise.all(children.map((child) => end(child)));
      process.off('exit', abandon);
      remove();
    },
  };
}

async function start(name, parameters, cwd, port) {
  const pinned = spawnSync('taskset', ['-V']).status === 0 ? ['taskset', '-c', '1'] : [];
  const [program, ...rest] = [...pinned, find(name) ?? name, ...parameters];
  const child = spawn(program, rest, { ...identity, cwd, stdio: 'ignore' });
  await listening(port, () => child.exitCode !== null);
  return child;
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  await exited;
}
