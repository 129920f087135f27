import { setImmediate as nextTick } from 'node:timers/promises';
import { Client } from '../lib/client.mjs';
import { loadTrace, prepareTrace, textOf } from '../lib/trace.mjs';

const WINDOW = 1000;
const QUICK_UPDATES = 40_000;
const GIVE_UP_SECONDS = 150;

/** One writer replays the trace, one frame an edit; done when the reader has it all. @type {import('./catalogue.mjs').Scenario} */
export const ingest = {
  id: 'ingest',
  title: 'ingest of the B4 editing trace, one frame an update',
  timeoutSeconds: 200,
  prepare: prepareTrace,
  metrics: [
    { key: 'updatesPerSecond', title: 'updates until a second client has converged', unit: '/s', better: 'higher' },
    { key: 'cpuPerMillion', title: 'server CPU per 1 M updates', unit: 's', better: 'lower' },
  ],
  targets: [
    { kind: 'ratio', metric: 'updatesPerSecond', against: 'best-peer', atLeast: 5 },
    { kind: 'ratio', metric: 'updatesPerSecond', against: 'relay', atLeast: 0.75 },
  ],
  appliesTo: () => true,
  run: async ({ server, quick, cpu }) => {
    const trace = loadTrace();
    const total = quick ? QUICK_UPDATES : trace.updates.length;
    const writer = await new Client(server, 'ingest').join();
    const reader = await new Client(server, 'ingest').join();
    const frames = trace.updates.slice(0, total).map((update) => writer.updateFrame(update));
    // Each edit of the trace is one character typed or one deleted.
    const arrived = () => reader.progress.clocks[0] + reader.progress.deleted;

    const before = await cpu();
    const start = performance.now();
    let sent = 0;
    while (arrived() < total || writer.acknowledged(0) < total) {
      const limit = Math.min(total, arrived() + WINDOW);
      if (sent < limit) {
        writer.writeFrames(Buffer.concat(frames.slice(sent, limit)));
        sent = limit;
      }
      if (performance.now() - start > GIVE_UP_SECONDS * 1000) throw new Error(`only ${arrived()} of ${total} arrived`);
      if (writer.isClosed || reader.isClosed) throw new Error('the server closed a connection');
      await nextTick();
    }
    const seconds = (performance.now() - start) / 1000;
    const cpuSeconds = ((await cpu()) - before) / 1000;
    if (reader.progress.gaps > 0) throw new Error('updates were lost on the way to the reader');
    if (server.synchronises && !quick) await checkText(server, trace.text);
    return { updatesPerSecond: total / seconds, cpuPerMillion: (cpuSeconds / total) * 1e6 };
  },
};

/** The server must really hold what it passed on: a new client must see the text that the trace ends with. */
async function checkText(server, text) {
  const client = new Client(server, 'ingest');
  client.kept = [];
  await client.join();
  if (textOf(client.kept) !== text) throw new Error('the server holds another text');
}
