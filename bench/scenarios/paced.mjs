import { Client, openMany } from '../lib/client.mjs';
import { Latencies, pace, until } from '../lib/pace.mjs';
import { typedCharacter } from '../lib/updates.mjs';

const READERS = 100;
const PER_SECOND = 400;

/** Below saturation: how late an update arrives and what it costs. @type {import('./catalogue.mjs').Scenario} */
export const paced = {
  id: 'paced',
  title: `paced: ${PER_SECOND} updates/s to ${READERS} readers of one document`,
  timeoutSeconds: 90,
  metrics: [
    { key: 'p50', title: 'latency, p50', unit: 'ms', better: 'lower' },
    { key: 'p99', title: 'latency, p99', unit: 'ms', better: 'lower' },
    { key: 'cpuPerMillion', title: 'server CPU per 1 M updates delivered', unit: 's', better: 'lower' },
  ],
  targets: [
    { kind: 'ratio', metric: 'cpuPerMillion', against: 'relay', atMost: 0.7 },
    { kind: 'ratio', metric: 'p99', against: 'relay', atMost: 2 },
  ],
  appliesTo: () => true,
  run: async ({ server, quick, cpu }) => {
    // Until the machine code that both sides run is made.
    const warmUp = PER_SECOND * (quick ? 1 : 4);
    const count = PER_SECOND * (quick ? 2 : 6);
    const sentAt = new Float64Array(warmUp + count);
    const latencies = new Latencies(count * READERS);
    const writer = await new Client(server, 'paced').join();
    const readers = await openMany(READERS, () => new Client(server, 'paced').join());
    for (const { progress } of readers) {
      progress.onAdvance = (_writer, from, to) => {
        const now = performance.now();
        for (let clock = from; clock < to; clock++) latencies.add(now - sentAt[clock]);
      };
    }
    const send = (clock) => {
      const frame = writer.updateFrame(typedCharacter(0, clock));
      sentAt[clock] = performance.now();
      writer.writeFrames(frame);
    };
    const arrived = (clock) => () =>
      readers.every(({ progress }) => progress.clocks[0] >= clock) && writer.acknowledged(0) >= clock;

    await pace(PER_SECOND, warmUp, send);
    await until(30, arrived(warmUp), 'the warm-up');
    latencies.clear();
    const before = await cpu();
    await pace(PER_SECOND, count, (index) => send(warmUp + index));
    await until(30, arrived(warmUp + count), 'the last update');
    const cpuSeconds = ((await cpu()) - before) / 1000;
    return { ...latencies.summary(), cpuPerMillion: (cpuSeconds / (count * READERS)) * 1e6 };
  },
};
