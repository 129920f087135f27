import { Client, openMany } from '../lib/client.mjs';
import { saturation } from '../lib/saturation.mjs';
import { typedCharacter } from '../lib/updates.mjs';

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
    targets: [{ kind: 'ratio', metric: 'cpuPerMillion', against: 'hocuspocus', atMost: 1 / 4 }],
    appliesTo: (server) => server.id !== 'least',
    run: async (context) => {
      const crowd = await gather(context.server, readers, writers);
      await crowd.typeFor(context.quick ? 500 : 3000);
      const [cpu, frames, time] = [await context.cpu(), crowd.frames(), performance.now()];
      const updates = await crowd.typeFor(context.quick ? 1500 : 3000);
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
  let typing = { onData: () => {} };
  const onData = () => typing.onData();
  const open = () => new Client(server, 'fanout', { writers: writerCount, onData }).join();
  const writers = await openMany(writerCount, open);
  const readers = await openMany(readerCount, open);
  const slowest = (writer) => {
    let least = Number.POSITIVE_INFINITY;
    for (const reader of readers) if (reader.progress.clocks[writer] < least) least = reader.progress.clocks[writer];
    return least;
  };
  const crowd = saturation(
    writers.map((client, writer) => ({
      write: (from, to) => {
        const frames = [];
        for (let clock = from; clock < to; clock++) frames.push(client.updateFrame(typedCharacter(writer, clock)));
        client.writeFrames(Buffer.concat(frames));
      },
      seen: () => slowest(writer),
      acknowledged: () => client.acknowledged(writer),
    })),
    () => {
      if (
        writers.some(({ isClosed }) => isClosed) ||
        readers.some(({ isClosed, progress }) => isClosed || progress.gaps > 0)
      )
        throw new Error('a client was closed, or a reader lost updates');
    },
  );
  typing = crowd;
  return {
    typeFor: crowd.typeFor,
    frames: () => readers.reduce((sum, { updateFrames }) => sum + updateFrames, 0),
  };
}
