import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Disturbance } from './disturbance.mjs';
import { freePort, listening, spawnNode, stop } from './processes.mjs';

const HOOK = new URL('./server-hook.mjs', import.meta.url).href;
const LOAD = fileURLToPath(new URL('./load.mjs', import.meta.url));

/** @type {Set<string>} */
const directories = new Set();
const remove = (directory) => rmSync(directory, { recursive: true, force: true });
process.on('exit', () => directories.forEach(remove));

/**
 * Starts a server with an empty directory and a load process, runs one scenario once, and stops both whatever happens.
 * @param {import('../scenarios/catalogue.mjs').Scenario} scenario
 * @param {import('../servers/catalogue.mjs').Server} server
 * @param {{ quick: boolean, profile: string | undefined }} options
 * @returns {Promise<{ figures: Record<string, number>, disturbance: number }>} the figures by metric key, and the share of
 *   the machine that other programs took meanwhile
 */
export async function runOne(scenario, server, { quick, profile }) {
  const directory = mkdtempSync(join(tmpdir(), 'collaboration-bench-'));
  directories.add(directory);
  const disturbance = new Disturbance();
  const services = await scenario.services?.();
  const environment = { ...services?.environment, ...scenario.environment?.[server.id] };
  let running = await startServer(server, directory, profile, environment);
  const job = JSON.stringify({ scenario: scenario.id, quick, server: running.address });
  const load = spawnNode({ core: 1, nodeArguments: [LOAD, job], env: {}, cwd: directory });
  const answers = async (message) => {
    if (message.ask === undefined) return;
    if (message.ask === 'restart') {
      disturbance.account(running.child);
      await stop(running.child, 20);
      running = await startServer(server, directory, profile, { ...environment, ...message.environment });
      load.child.send({ answer: running.address });
    } else load.child.send({ answer: await question(running.child, message.ask) });
  };
  try {
    load.child.on('message', (message) => answers(message).catch(() => load.child.kill('SIGKILL')));
    const figures = await figuresOf(load, scenario.timeoutSeconds, running.output);
    disturbance.account(running.child);
    disturbance.account(load.child);
    return { figures, disturbance: disturbance.share() };
  } finally {
    await stop(load.child, 1);
    await stop(running.child);
    await services?.stop();
    remove(directory);
    directories.delete(directory);
  }
}

/**
 * @param {import('../servers/catalogue.mjs').Server} server
 * @param {string} directory
 * @param {string | undefined} profile
 * @param {Record<string, string>} [environment]
 */
async function startServer(server, directory, profile, environment = {}) {
  const port = await freePort();
  const otherPort = await freePort();
  const { entry, env } = server.start(port, otherPort, directory);
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profile)}`];
  const nodeArguments = ['--expose-gc', ...profiling, '--import', HOOK, entry];
  const { child, output } = spawnNode({ core: 0, nodeArguments, env: { ...env, ...environment }, cwd: directory });
  try {
    await listening(port, () => child.exitCode !== null);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${server.title}: ${/** @type {Error} */ (error).message}\n${output()}`);
  }
  // Servers are plain data but for `start`, so that they can be handed to the load process.
  const { start: _start, ...plain } = server;
  return { child, output, address: { ...plain, host: '127.0.0.1', port, otherPort, pid: child.pid } };
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} ask
 */
async function question(child, ask) {
  const answered = once(child, 'message', { signal: AbortSignal.timeout(20_000) });
  child.send(ask);
  const [answer] = await answered;
  return answer;
}

/** The figures, or why there are none. */
function figuresOf(load, seconds, serverOutput) {
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${why}\n${load.output()}\n${serverOutput()}`.trim()));
    const timer = setTimeout(() => fail(`not done within ${seconds} s`), seconds * 1000);
    load.child.on('message', ({ figures }) => {
      if (figures === undefined) return;
      clearTimeout(timer);
      resolve(figures);
    });
    load.child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`the load process ended (${code ?? signal})`);
    });
  });
}
