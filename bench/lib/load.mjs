// The load process: runs one scenario against one server and reports its figures. Started by lib/run-one.mjs.
import { once } from 'node:events';
import { scenarios } from '../scenarios/catalogue.mjs';
import { cpuMs, hasProc, residentBytes } from './usage.mjs';

/**
 * What a scenario works with.
 * @typedef {object} Context
 * @property {import('../servers/catalogue.mjs').RunningServer} server
 * @property {boolean} quick
 * @property {() => Promise<number>} cpu milliseconds the server has used so far
 * @property {() => Promise<number>} residentAfterCollection bytes the server holds after a forced collection
 * @property {() => Promise<{ now: number, peak: number }>} resident bytes the server holds now and held at most
 * @property {() => Promise<void>} restart stops the server with SIGTERM and starts it on the same data
 */

const job = JSON.parse(process.argv[2]);
const scenario = scenarios.find(({ id }) => id === job.scenario);
if (scenario === undefined) throw new Error(`unknown scenario ${job.scenario}`);

async function ask(question) {
  const answered = once(process, 'message');
  process.send?.({ ask: question });
  const [{ answer }] = await answered;
  return answer;
}

/** @type {Context} */
const context = {
  server: job.server,
  quick: job.quick,
  cpu: async () => (hasProc ? cpuMs(context.server.pid) : (await ask('usage')).cpuMs),
  residentAfterCollection: async () => {
    const { rss } = await ask('memory');
    return hasProc ? residentBytes(context.server.pid).now : rss;
  },
  resident: async () => {
    if (hasProc) return residentBytes(context.server.pid);
    const { rss } = await ask('usage');
    return { now: rss, peak: rss };
  },
  restart: async () => {
    context.server = await ask('restart');
  },
};

// Stays until it is stopped, so that its own CPU time can still be read.
process.on('disconnect', () => process.exit(1));
const figures = await scenario.run(context);
process.send?.({ figures });
