import { setTimeout as delay } from 'node:timers/promises';
import { Client, openMany } from '../lib/client.mjs';
import { loadLargeDocument, prepareLargeDocument } from '../lib/large-document.mjs';
import { until } from '../lib/pace.mjs';
import { writeAll } from '../lib/seed.mjs';

const JOINS = 5;
const NAME = 'large';
const MOST_MS = 50;

/** @type {[key: string, title: string][]} */
const PHASES = [
  ['openCold', 'it is opened from the store, by a client with nothing'],
  ['joinNothing', `${JOINS} more with nothing join`],
  ['joinPart', `${JOINS} with half of its authors join`],
  ['joinCurrent', `${JOINS} that are up to date join`],
  ['write', 'somebody types into it, 200/s'],
  ['compaction', '5,000 sentences are written, and it is compacted'],
  ['letGo', 'everybody leaves, and it is let go of'],
  ['reopen', 'it is opened again'],
];

/**
 * How long a large document keeps everybody else waiting: whatever the server does in one go, nobody is served meanwhile.
 * @type {import('./catalogue.mjs').Scenario}
 */
export const eventLoop = {
  id: 'event-loop',
  title: 'longest block of the event loop around a 20 MB document, while …',
  note:
    'Measured inside the server by `monitorEventLoopDelay`: the longest time between two turns of the event loop, of a ' +
    'server that has one core for all its threads. Ours is told to compact early.',
  timeoutSeconds: 240,
  metrics: [
    ...PHASES.map(([key, title]) => ({ key, title, unit: 'ms', better: /** @type {const} */ ('lower') })),
    { key: 'compactions', title: 'compactions meanwhile', unit: '', better: 'neither' },
  ],
  targets: [
    ...PHASES.map(([metric]) => ({ kind: /** @type {const} */ ('absolute'), metric, atMost: MOST_MS })),
    { kind: 'absolute', metric: 'compactions', atLeast: 1 },
  ],
  environment: {
    ours: { COMPACT_AFTER_UPDATES: '1000', COMPACT_AFTER_BYTES: '1048576', ROOM_IDLE_MS: '1000' },
  },
  appliesTo: (server) => server.role === 'ours',
  prepare: prepareLargeDocument,
  run: async (context) => {
    const document = loadLargeDocument();
    await seed(context, document);
    const figures = {};
    await context.longestBlock();
    const compactions = await compactionsOf(context.server);
    /** @param {string} phase @param {() => Promise<unknown>} work */
    const during = async (phase, work) => {
      await work();
      await quiet(context);
      figures[phase] = await context.longestBlock();
    };
    const crowd = crowdOf(context.server, document);

    await during('openCold', () => crowd.join(1));
    await during('joinNothing', () => crowd.join(JOINS));
    await during('joinPart', () => crowd.join(JOINS, document.halfStateVector));
    await during('joinCurrent', () => crowd.join(JOINS, document.stateVector));
    const [writer] = crowd.members;
    await during('write', () => writeAll(writer, document.keystrokes, { perSecond: 200 }));
    await during('compaction', () => writeAll(writer, document.sentences));
    figures.compactions = (await compactionsOf(context.server)) - compactions;
    await during('letGo', async () => {
      await crowd.leave();
      await delay(3000);
    });
    await during('reopen', () => crowd.join(1));
    await crowd.leave();
    return figures;
  },
};

/** Written in many pieces, and the server started again: nothing of it is in memory. */
async function seed(context, { pieces, clocks }) {
  const author = await new Client(context.server, NAME, { writers: clocks.length }).join();
  await writeAll(author, pieces);
  await author.close();
  await context.restart();
}

/**
 * @param {import('../servers/catalogue.mjs').RunningServer} server
 * @param {import('../lib/large-document.mjs').LargeDocument} document
 */
function crowdOf(server, { clocks, stateVector, halfStateVector }) {
  /** @type {Client[]} */
  const members = [];
  /** What a client with this state vector must be sent. */
  const lacks = (vector) => {
    if (vector === stateVector) return [];
    return clocks.map((clock, author) => (vector === halfStateVector && author % 2 === 0 ? 0 : clock));
  };
  return {
    members,
    /** @param {number} count @param {Uint8Array} [vector] resolves when each has all that it lacked */
    join: async (count, vector) => {
      const options = { writers: clocks.length + 1, stateVector: vector };
      const joined = await openMany(count, () => new Client(server, NAME, options).join(60));
      const isComplete = ({ progress }) => lacks(vector).every((clock, author) => progress.clocks[author] >= clock);
      await until(60, () => joined.every(isComplete), 'the document');
      members.push(...joined);
    },
    leave: async () => {
      await Promise.all(members.map((client) => client.close()));
      members.length = 0;
    },
  };
}

/** Waits until the server has used less than a twentieth of its core for half a second; half a minute at most. */
async function quiet({ cpu }) {
  for (let i = 0; i < 60; i++) {
    const before = await cpu();
    await delay(500);
    if ((await cpu()) - before < 25) return;
  }
}

/** @returns {Promise<number>} how many there were since the server started; NaN where it does not tell */
async function compactionsOf({ host, port }) {
  const response = await fetch(`http://${host}:${port}/metrics`);
  const count = /^collaboration_compaction_seconds_count (\d+)$/m.exec(await response.text());
  return count === null ? Number.NaN : Number(count[1]);
}
