import { setTimeout as delay } from 'node:timers/promises';
import { Client, openMany } from '../lib/client.mjs';
import { until } from '../lib/pace.mjs';
import { writeAll } from '../lib/seed.mjs';
import { hasServices, startServices } from '../lib/services.mjs';
import { summary } from '../lib/statistics.mjs';
import { loadTrace, prepareTrace } from '../lib/trace.mjs';
import { typedCharacter } from '../lib/updates.mjs';

/** Behind the snapshot of each document: fewer than are compacted when it is let go of. */
const TAIL = 80;

const WITHOUT = { CACHE_MEMORY_BYTES: '0', CACHE_REDIS_TTL_MS: '0' };
const REDIS_ONLY = { CACHE_MEMORY_BYTES: '0' };
const MEMORY_ONLY = { CACHE_REDIS_TTL_MS: '0', ROOM_IDLE_MS: '1' };

/**
 * How long it takes until a client has a document that is not in memory, without caches and with each of them.
 * @type {import('./catalogue.mjs').Scenario}
 */
export const opening = {
  id: 'opening',
  title: 'opening a 311 KB document that is not open, out of PostgreSQL, with and without caches',
  note: 'PostgreSQL and Redis run beside the load, on the same machine: a network between would make the caches count for more.',
  timeoutSeconds: 180,
  prepare: prepareTrace,
  services: startServices,
  metrics: [
    { key: 'without', title: 'without a cache, median', unit: 'ms', better: 'lower' },
    { key: 'redis', title: 'from Redis, median', unit: 'ms', better: 'lower' },
    { key: 'memory', title: 'from memory, median', unit: 'ms', better: 'lower' },
    { key: 'withoutCpu', title: 'without a cache, server CPU', unit: 'ms', better: 'lower' },
    { key: 'redisCpu', title: 'from Redis, server CPU', unit: 'ms', better: 'lower' },
    { key: 'memoryCpu', title: 'from memory, server CPU', unit: 'ms', better: 'lower' },
  ],
  appliesTo: (server) => server.role === 'ours' && hasServices,
  run: async (context) => {
    const { finalState } = loadTrace();
    const count = context.quick ? 20 : 100;
    await openMany(count, (index) => seed(context.server, index, finalState), 2);

    await context.restart(WITHOUT);
    const without = await openEach(context, count);
    await restartWithRedis(context);
    await openEach(context, count);
    await hits(context, 'redis', 'miss', count);
    await restartWithRedis(context);
    const redis = await openEach(context, count);
    await hits(context, 'redis', 'hit', count);
    await context.restart(MEMORY_ONLY);
    await openEach(context, count);
    await letGo(context);
    const memory = await openEach(context, count);
    await hits(context, 'memory', 'hit', count);
    return {
      without: without.median,
      redis: redis.median,
      memory: memory.median,
      withoutCpu: without.cpu,
      redisCpu: redis.cpu,
      memoryCpu: memory.cpu,
    };
  },
};

const nameOf = (index) => `document-${index}`;

async function seed(server, index, state) {
  const options = { writers: 2 };
  const client = await new Client(server, nameOf(index), options).join();
  client.sendUpdate(state);
  await until(20, () => client.acknowledged(0) > 0, 'the seed');
  await writeAll(
    client,
    Array.from({ length: TAIL }, (_, clock) => typedCharacter(1, clock)),
  );
  await client.close();
}

/** One after another, each by one client that has nothing. */
async function openEach(context, count) {
  const times = [];
  const before = await context.cpu();
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    const client = await new Client(context.server, nameOf(index), { writers: 2 }).join();
    times.push(performance.now() - start);
    if (client.progress.clocks[1] !== TAIL) throw new Error(`${nameOf(index)} came without its last updates`);
    await client.close();
  }
  const cpu = ((await context.cpu()) - before) / count;
  return { median: summary(times)?.median ?? Number.NaN, cpu };
}

/** Redis is connected in the background. */
async function restartWithRedis(context) {
  await context.restart(REDIS_ONLY);
  await waitFor('Redis', async () => (await metric(context.server, 'collaboration_cache_shared')) === 1);
}

/** Until no document is open. */
async function letGo({ server }) {
  await waitFor('documents to be let go of', async () => (await metric(server, 'collaboration_documents_open')) === 0);
}

/** So that what was measured is what it is called. */
async function hits({ server }, level, outcome, count) {
  const name = `collaboration_cache_requests_total{level="${level}",outcome="${outcome}"}`;
  await waitFor(`${count} × ${outcome} of ${level}`, async () => (await metric(server, name)) === count);
}

async function waitFor(what, ask) {
  for (let i = 0; i < 200; i++) {
    if (await ask()) return;
    await delay(100);
  }
  throw new Error(`waited in vain for ${what}`);
}

async function metric({ host, port }, name) {
  const text = await (await fetch(`http://${host}:${port}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}
