import { Client, openMany } from '../lib/client.mjs';
import { until } from '../lib/pace.mjs';
import { loadTrace, prepareTrace } from '../lib/trace.mjs';
import { EMPTY_STATE_VECTOR, Progress } from '../lib/updates.mjs';
import { stateVectorOf } from '../lib/vectors.mjs';

const CONCURRENCY = 4;

/** @type {import('./catalogue.mjs').Scenario} */
export const coldJoins = joins({
  id: 'joins-cold',
  title: 'joins of a 311 KB document by clients that have nothing',
  vector: () => EMPTY_STATE_VECTOR,
  targets: [{ kind: 'ratio', metric: 'cpuPerJoin', against: 'best-peer', atMost: 1 / 10 }],
  appliesTo: (server) => server.synchronises,
});

/** A relay has nothing to say to a client that joins: its figure is the price of accepting a connection. */
export const currentJoins = joins({
  id: 'joins-current',
  title: 'joins of a 311 KB document by clients that are up to date (relays: accepting a connection)',
  vector: stateVectorOf,
  targets: [
    { kind: 'ratio', metric: 'cpuPerJoin', against: 'relay', atMost: 1.3 },
    { kind: 'ratio', metric: 'cpuPerJoin', against: 'best-peer', atMost: 1 / 2 },
  ],
  appliesTo: (server) => server.id !== 'batching-relay',
});

/**
 * Clients come, synchronise, answer the server's Step1 and go, four at a time, while one stays.
 * @param {{ id: string, title: string, vector: (state: Uint8Array) => Uint8Array,
 *   targets: import('./catalogue.mjs').Target[], appliesTo: (server: import('../servers/catalogue.mjs').Server) => boolean }} options
 * @returns {import('./catalogue.mjs').Scenario}
 */
function joins({ id, title, vector, targets, appliesTo }) {
  return {
    id,
    title,
    timeoutSeconds: 90,
    prepare: prepareTrace,
    metrics: [
      { key: 'cpuPerJoin', title: 'server CPU a join', unit: 'ms', better: 'lower' },
      { key: 'p99', title: 'time to be in sync, p99', unit: 'ms', better: 'lower' },
    ],
    targets,
    appliesTo,
    run: async ({ server, quick, cpu }) => {
      const { finalState } = loadTrace();
      const stays = await seed(server, finalState);
      const stateVector = vector(finalState);
      const count = quick ? 100 : 300;
      const times = [];
      const join = async () => {
        const start = performance.now();
        const client = await new Client(server, 'joins', { stateVector }).join();
        times.push(performance.now() - start);
        await client.close();
      };
      await openMany(50, join, CONCURRENCY);
      times.length = 0;
      const before = await cpu();
      await openMany(count, join, CONCURRENCY);
      const used = (await cpu()) - before;
      stays.destroy();
      times.sort((a, b) => a - b);
      return { cpuPerJoin: used / count, p99: times[Math.floor(times.length * 0.99)] };
    },
  };
}

/**
 * @param {import('../servers/catalogue.mjs').RunningServer} server
 * @param {Uint8Array} state
 */
async function seed(server, state) {
  const client = await new Client(server, 'joins').join();
  client.sendUpdate(state);
  if (!server.synchronises) return client;
  const whole = new Progress(1);
  whole.read(state, 0);
  const reader = await new Client(server, 'joins').join();
  await until(20, () => reader.progress.clocks[0] === whole.clocks[0] && client.acknowledged(0) > 0, 'the seed');
  await client.close();
  return reader;
}
