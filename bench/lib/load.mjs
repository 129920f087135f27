// The load process: runs one scenario against one server and reports its figures. Started by lib/run-one.mjs.
import { once } from 'node:events';
import { scenarios } from '../scenarios/catalogue.mjs';
import { cpuMs, hasProc, memoryBytes, resetPeak } from './usage.mjs';

/**
 * What a scenario works with.
 * @typedef {object} Context
 * @property {import('../servers/catalogue.mjs').RunningServer} server
 * @property {boolean} quick
 * @property {() => Promise<number>} cpu milliseconds the server has used so far
 * @property {() => Promise<Memory>} memoryAfterCollection what the server holds after a forced collection
 * @property {() => Memory} memory what it holds now, and held at most since `resetPeak`; it need not answer for this
 * @property {() => void} resetPeak
 * @property {() => Promise<number>} longestBlock the longest time that the server's event loop did not turn since this was
 *   last asked, in milliseconds; the first question starts the watch and gets 0
 * @property {(environment?: Record<string, string>) => Promise<void>} restart stops the server with SIGTERM and starts it on
 *   the same data, with `environment` beside what it always has
 */

/**
 * In bytes; NaN where /proc does not tell. `anonymous` leaves out what is backed by a file.
 * @typedef {{ resident: number, peak: number, anonymous: number }} Memory
 */

const job = JSON.parse(process.argv[2]);
const scenario = scenarios.find(({ id }) => id === job.scenario);
if (scenario === undefined) throw new Error(`unknown scenario ${job.scenario}`);

async function ask(question, more = {}) {
  const answered = once(process, 'message');
  process.send?.({ ask: question, ...more });
  const [{ answer }] = await answered;
  return answer;
}

/** @type {Context} */
const context = {
  server: job.server,
  quick: job.quick,
  cpu: async () => (hasProc ? cpuMs(context.server.pid) : (await ask('usage')).cpuMs),
  memoryAfterCollection: async () => {
    const { rss } = await ask('memory');
    return hasProc ? memoryBytes(context.server.pid) : { resident: rss, peak: Number.NaN, anonymous: Number.NaN };
  },
  memory: () =>
    hasProc ? memoryBytes(context.server.pid) : { resident: Number.NaN, peak: Number.NaN, anonymous: Number.NaN },
  resetPeak: () => {
    if (hasProc) resetPeak(context.server.pid);
  },
  longestBlock: async () => (await ask('block')).ms,
  restart: async (environment) => {
    context.server = await ask('restart', { environment });
  },
};

// Stays until it is stopped, so that its own CPU time can still be read.
process.on('disconnect', () => process.exit(1));
const figures = await scenario.run(context);
process.send?.({ figures });
