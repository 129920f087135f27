import { Client, openMany } from '../lib/client.mjs';
import { Latencies, pace, until } from '../lib/pace.mjs';
import { typedCharacter } from '../lib/updates.mjs';

const DOCUMENTS = 1000;
const PER_SECOND = 2000;

/** Many small groups: a writer and a reader each. @type {import('./catalogue.mjs').Scenario} */
export const documents = {
  id: 'documents',
  title: `${DOCUMENTS.toLocaleString('en')} documents × 2 clients, ${PER_SECOND.toLocaleString('en')} updates/s in all`,
  timeoutSeconds: 150,
  metrics: [
    { key: 'cpuPerMillion', title: 'server CPU per 1 M updates', unit: 's', better: 'lower' },
    { key: 'p50', title: 'latency, p50', unit: 'ms', better: 'lower' },
    { key: 'p99', title: 'latency, p99', unit: 'ms', better: 'lower' },
  ],
  targets: [
    { kind: 'ratio', metric: 'cpuPerMillion', against: 'relay', atMost: 1.8 },
    { kind: 'ratio', metric: 'p99', against: 'best-peer', atMost: 1 / 2 },
  ],
  appliesTo: () => true,
  run: async ({ server, quick, cpu }) => {
    // Until the machine code that both sides run is made.
    const warmUp = PER_SECOND * (quick ? 1 : 4);
    const count = PER_SECOND * (quick ? 2 : 6);
    const sentAt = new Float64Array(warmUp + count);
    const latencies = new Latencies(count);
    const pairs = await openMany(DOCUMENTS, async (index) => {
      const writer = await new Client(server, `document-${index}`).join();
      const reader = await new Client(server, `document-${index}`).join();
      reader.progress.onAdvance = (_writer, from, to) => {
        const now = performance.now();
        for (let clock = from; clock < to; clock++) latencies.add(now - sentAt[clock * DOCUMENTS + index]);
      };
      return { writer, reader };
    });
    // Update i is number floor(i / DOCUMENTS) of document i % DOCUMENTS.
    const send = (index) => {
      const { writer } = pairs[index % DOCUMENTS];
      const frame = writer.updateFrame(typedCharacter(0, Math.floor(index / DOCUMENTS)));
      sentAt[index] = performance.now();
      writer.writeFrames(frame);
    };
    const arrived = (total) => () =>
      pairs.every(({ writer, reader }) => {
        const each = total / DOCUMENTS;
        return reader.progress.clocks[0] >= each && writer.acknowledged(0) >= each;
      });

    await pace(PER_SECOND, warmUp, send);
    await until(60, arrived(warmUp), 'the warm-up');
    latencies.clear();
    const before = await cpu();
    await pace(PER_SECOND, count, (index) => send(warmUp + index));
    await until(60, arrived(warmUp + count), 'the last update');
    const cpuSeconds = ((await cpu()) - before) / 1000;
    return { ...latencies.summary(), cpuPerMillion: (cpuSeconds / count) * 1e6 };
  },
};
