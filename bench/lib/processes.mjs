import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();

const canPin = process.platform === 'linux' && spawnSync('taskset', ['-V']).status === 0;

/** Kills what is left, at once; safe to call at any time, also while exiting. */
export function killAll() {
  for (const child of children) child.kill('SIGKILL');
}

/** Children die with the bench, whatever ends it. */
export function tieChildrenToThisProcess() {
  process.on('exit', killAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
}

/** How the processes are spread over the machine, for the report. */
export const pinning = canPin ? 'server on core 0, load on core 1 (taskset)' : 'not pinned (no taskset)';

/**
 * Node, pinned to one core (with all its threads), with an IPC channel. Its output is kept for the error message.
 * @param {{ core: 0 | 1, nodeArguments: string[], env: Record<string, string>, cwd: string }} options
 */
export function spawnNode({ core, nodeArguments, env, cwd }) {
  const command = canPin ? ['taskset', '-c', String(core), process.execPath] : [process.execPath];
  const child = spawn(command[0], [...command.slice(1), ...nodeArguments], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const keep = (text) => {
    output = (output + text).slice(-4000);
  };
  child.stdout?.setEncoding('utf8').on('data', keep);
  child.stderr?.setEncoding('utf8').on('data', keep);
  child.on('error', (error) => keep(String(error)));
  children.add(child);
  child.once('exit', () => children.delete(child));
  return { child, output: () => output };
}

/**
 * SIGTERM, then SIGKILL after `seconds`.
 * @param {import('node:child_process').ChildProcess} child
 * @param {number} [seconds]
 */
export async function stop(child, seconds = 5) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  await exited;
  clearTimeout(timer);
}

/** @returns {Promise<number>} a port of 127.0.0.1 that was free a moment ago */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/**
 * Waits until something listens, at most 20 s.
 * @param {number} port
 * @param {() => boolean} hasExited
 */
export async function listening(port, hasExited) {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (hasExited()) throw new Error('the server exited while starting');
    const socket = createConnection({ host: '127.0.0.1', port });
    const connected = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
      once(socket, 'error').then(() => false),
    ]);
    socket.destroy();
    if (connected) return;
    await delay(50);
  }
  throw new Error('the server did not listen within 20 s');
}
