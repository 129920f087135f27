import { setImmediate as nextTick } from 'node:timers/promises';
import { Client, openMany } from '../lib/client.mjs';
import { typedCharacter } from '../lib/updates.mjs';

/**
 * How many updates of one writer may be under way: written, and not yet seen by the slowest reader. It bounds the queues.
 * It also bounds how many updates a server that merges or batches can put into one write, and so decides its cost: with
 * no window hocuspocus merges two thousand updates a frame, and with this one about as many as there were in the
 * measurements that the targets come from.
 */
const WINDOW = 40;
const DRAIN_SECONDS = 60;

/**
 * Writers type as fast as the readers of the same document follow.
 * @param {{ readers: number, writers: number }} size
 * @returns {import('./catalogue.mjs').Scenario}
 */
export function fanout({ readers, writers }) {
  return {
    id: `fanout-${readers}x${writers}`,
    title: `fan-out, saturated: ${writers} writer${writers > 1 ? 's' : ''}, ${readers} readers, one document`,
    timeoutSeconds: 150,
    metrics: [
      { key: 'cpuPerMillion', title: 'server CPU per 1 M updates delivered', unit: 's', better: 'lower' },
      { key: 'deliveriesPerSecond', title: 'updates delivered', unit: '/s', better: 'higher' },
      { key: 'updatesPerFrame', title: 'updates a frame', unit: '', better: 'neither' },
    ],
    appliesTo: () => true,
    run: async (context) => {
      const crowd = await gather(context.server, readers, writers);
      await crowd.typeFor(context.quick ? 500 : 1500);
      const [cpu, frames, time] = [await context.cpu(), crowd.frames(), performance.now()];
      const updates = await crowd.typeFor(context.quick ? 1500 : 4000);
      const seconds = (performance.now() - time) / 1000;
      const cpuSeconds = ((await context.cpu()) - cpu) / 1000;
      const deliveries = updates * readers;
      return {
        cpuPerMillion: (cpuSeconds / deliveries) * 1e6,
        deliveriesPerSecond: deliveries / seconds,
        updatesPerFrame: deliveries / (crowd.frames() - frames),
      };
    },
  };
}

/**
 * @param {import('../servers/catalogue.mjs').RunningServer} server
 * @param {number} readerCount
 * @param {number} writerCount
 */
async function gather(server, readerCount, writerCount) {
  let wake = () => {};
  const onData = () => wake();
  const open = () => new Client(server, 'fanout', { writers: writerCount, onData }).join();
  const writers = await openMany(writerCount, open);
  const readers = await openMany(readerCount, open);
  const sent = new Array(writerCount).fill(0);

  const slowest = (writer) => {
    let least = Number.POSITIVE_INFINITY;
    for (const reader of readers) if (reader.progress.clocks[writer] < least) least = reader.progress.clocks[writer];
    return least;
  };
  const fill = (writer) => {
    const frames = [];
    const limit = slowest(writer) + WINDOW;
    while (sent[writer] < limit) frames.push(writers[writer].updateFrame(typedCharacter(writer, sent[writer]++)));
    if (frames.length > 0) writers[writer].writeFrames(Buffer.concat(frames));
  };
  const isDrained = () =>
    writers.every((client, i) => slowest(i) === sent[i] && client.acknowledged(i) >= sent[i] && !client.isClosed);
  const check = () => {
    if (readers.some(({ isClosed, progress }) => isClosed || progress.gaps > 0))
      throw new Error('a reader lost updates');
  };
  /** Resolves in the tick after the next data. Many frames of one tick wake once. */
  const moved = async (deadline) => {
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, deadline - performance.now()));
      wake = () => {
        clearTimeout(timer);
        wake = () => {};
        resolve(undefined);
      };
    });
    await nextTick();
  };

  return {
    frames: () => readers.reduce((sum, { updateFrames }) => sum + updateFrames, 0),
    /** Types for `ms`, then waits for the last reader and the last acknowledgement. Returns the updates written. */
    async typeFor(ms) {
      const before = sent.reduce((a, b) => a + b, 0);
      const stopAt = performance.now() + ms;
      while (performance.now() < stopAt) {
        for (let i = 0; i < writerCount; i++) fill(i);
        await moved(stopAt);
      }
      const giveUpAt = performance.now() + DRAIN_SECONDS * 1000;
      while (!isDrained()) {
        if (performance.now() > giveUpAt) throw new Error(`not delivered or acknowledged within ${DRAIN_SECONDS} s`);
        await moved(performance.now() + 100);
      }
      check();
      return sent.reduce((a, b) => a + b, 0) - before;
    },
  };
}
