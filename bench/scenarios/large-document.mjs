import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Client } from '../lib/client.mjs';
import { loadLargeDocument, prepareLargeDocument } from '../lib/large-document.mjs';
import { Latencies, until } from '../lib/pace.mjs';
import { writeAll } from '../lib/seed.mjs';
import { typedCharacter } from '../lib/updates.mjs';

const JOINS = 150;
const LIMIT_SECONDS = 20;
const PACE_MS = 10;
const CROWD = new URL('../lib/crowd-worker.mjs', import.meta.url);

/**
 * The worst moment of a large document: everybody opens it at once, and it is not even in memory. Meanwhile two people
 * work on another document and should not notice.
 * @type {import('./catalogue.mjs').Scenario}
 */
export const largeDocument = {
  id: 'large-document',
  title: `a 20 MB document joined by ${JOINS} clients at once, while two others work on another document`,
  note:
    'Servers that keep documents are restarted between writing and joining: there the first join opens the document. ' +
    'A server that is not done within the time limit shows how many clients were in sync then, and what it held at most ' +
    'until then. Latencies of updates that never arrived count as long as they waited.',
  timeoutSeconds: 240,
  metrics: [
    { key: 'synced', title: `clients in sync within ${LIMIT_SECONDS} s`, unit: '', better: 'higher' },
    { key: 'seconds', title: 'until the last is in sync', unit: 's', better: 'lower' },
    { key: 'growth', title: 'peak growth of resident memory, in sizes of the document', unit: '×', better: 'lower' },
    { key: 'anonymousGrowth', title: 'the same of anonymous memory, sampled', unit: '×', better: 'lower' },
    { key: 'p99', title: 'latency on the other document meanwhile, p99', unit: 'ms', better: 'lower' },
    { key: 'longest', title: 'latency on the other document meanwhile, longest', unit: 'ms', better: 'lower' },
  ],
  targets: [
    { kind: 'absolute', metric: 'synced', atLeast: JOINS },
    { kind: 'absolute', metric: 'growth', atMost: 10 },
    { kind: 'absolute', metric: 'p99', atMost: 50 },
  ],
  appliesTo: (server) => server.synchronises && server.role !== 'limit',
  prepare: prepareLargeDocument,
  run: async (context) => {
    const { pieces, state, clocks, textHash } = loadLargeDocument();
    const author = await new Client(context.server, 'large', { writers: clocks.length }).join();
    // Peers keep the whole of a document, however it came; ours has a log, and opening it must not depend on a kind seed.
    await writeAll(author, context.server.role === 'ours' ? pieces : [state]);
    if (context.server.keeps) {
      await author.close();
      await context.restart();
    }
    const { server } = context;
    const pair = await pacedPair(server);
    await delay(1000);

    const before = await context.memoryAfterCollection();
    context.resetPeak();
    const sampler = sampleHighest(() => context.memory().anonymous);
    pair.startCounting();
    const seconds = context.quick ? 10 : LIMIT_SECONDS;
    const crowd = startCrowd({
      ...{ server, document: 'large', count: JOINS, seconds },
      ...{ bytes: state.length * 0.9, clocks, textHash },
    });
    const { synced, seconds: taken } = await crowd.joined;
    const { peak } = context.memory();
    const anonymous = sampler.stop();
    const latencies = await pair.stop();
    const isRight = await crowd.verified;
    // Whoever took part of the document for the whole would be the fastest.
    if (synced === JOINS && !isRight) throw new Error('a client got another text');
    return {
      synced,
      seconds: taken,
      growth: (peak - before.resident) / state.length,
      anonymousGrowth: (anonymous - before.anonymous) / state.length,
      ...latencies,
    };
  },
};

/** @param {import('../lib/crowd-worker.mjs').Crowd} workerData */
function startCrowd(workerData) {
  const worker = new Worker(CROWD, { workerData });
  /** @param {string} key @returns {Promise<any>} the first report that has it */
  const report = (key) =>
    new Promise((resolve, reject) => {
      worker.on('message', (message) => message[key] !== undefined && resolve(message));
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the crowd ended')));
    });
  return { joined: report('synced'), verified: report('hasRightText').then(({ hasRightText }) => hasRightText) };
}

/** A writer and a reader of a document of their own, a hundred updates a second whatever happens. */
async function pacedPair(server) {
  const writer = await new Client(server, 'other').join();
  const reader = await new Client(server, 'other').join();
  const latencies = new Latencies(100_000);
  /** @type {number[]} */
  const sentAt = [];
  let countFrom = Number.POSITIVE_INFINITY;
  reader.progress.onAdvance = (_writer, from, to) => {
    const now = performance.now();
    for (let clock = Math.max(from, countFrom); clock < to; clock++) latencies.add(now - sentAt[clock]);
  };
  const timer = setInterval(() => {
    sentAt.push(performance.now());
    writer.sendUpdate(typedCharacter(0, sentAt.length - 1));
  }, PACE_MS);
  return {
    startCounting: () => {
      countFrom = sentAt.length;
    },
    /** Waits a little for what is under way. */
    stop: async () => {
      clearInterval(timer);
      await until(3, () => reader.progress.clocks[0] >= sentAt.length, '').catch(() => {});
      const arrived = reader.progress.clocks[0];
      for (let clock = Math.max(arrived, countFrom); clock < sentAt.length; clock++) {
        latencies.add(performance.now() - sentAt[clock]);
      }
      return { p99: latencies.summary().p99, longest: latencies.longest() };
    },
  };
}

/** @param {() => number} read */
function sampleHighest(read) {
  let highest = read();
  const timer = setInterval(() => {
    highest = Math.max(highest, read());
  }, 20);
  return {
    stop: () => {
      clearInterval(timer);
      return Math.max(highest, read());
    },
  };
}
