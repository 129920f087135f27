import { openMany } from '../lib/client.mjs';
import { GrpcClient } from '../lib/grpc-client.mjs';
import { saturation } from '../lib/saturation.mjs';
import { typedCharacter } from '../lib/updates.mjs';

const READERS = 100;

/** @type {import('./catalogue.mjs').Scenario} */
export const grpcFanout = {
  id: 'grpc-fanout',
  title: `gRPC fan-out, saturated: 1 writer, ${READERS} readers, a stream and a connection each, one document`,
  note:
    'The load decodes with the same library as everybody and is the slower side: its core is full before that of the ' +
    'server is, so the deliveries a second are a lower bound. No other server here speaks gRPC.',
  timeoutSeconds: 120,
  metrics: [
    { key: 'cpuPerMillion', title: 'server CPU per 1 M updates delivered', unit: 's', better: 'lower' },
    { key: 'deliveriesPerSecond', title: 'updates delivered', unit: '/s', better: 'higher' },
    { key: 'serverShare', title: 'of its core that the server used', unit: '%', better: 'neither' },
  ],
  appliesTo: (server) => server.role === 'ours',
  run: async ({ server, quick, cpu }) => {
    let typing = { onData: () => {} };
    const open = (id) => new GrpcClient(server, 'grpc', id, () => typing.onData()).join();
    const writer = await open('writer');
    const readers = await openMany(READERS, (i) => open(`reader-${i}`));
    const crowd = saturation(
      [
        {
          write: (from, to) => {
            for (let clock = from; clock < to; clock++) writer.sendUpdate(typedCharacter(0, clock));
          },
          seen: () => readers.reduce((least, { progress }) => Math.min(least, progress.clocks[0]), Infinity),
          acknowledged: () => writer.acknowledged,
        },
      ],
      () => {
        if (writer.isClosed || readers.some(({ isClosed, progress }) => isClosed || progress.gaps > 0))
          throw new Error('a stream was closed, or a reader lost updates');
      },
    );
    typing = crowd;
    await crowd.typeFor(quick ? 1000 : 1500);
    const [before, start] = [await cpu(), performance.now()];
    const deliveries = (await crowd.typeFor(quick ? 1500 : 3000)) * READERS;
    const seconds = (performance.now() - start) / 1000;
    const cpuSeconds = ((await cpu()) - before) / 1000;
    return {
      cpuPerMillion: (cpuSeconds / deliveries) * 1e6,
      deliveriesPerSecond: deliveries / seconds,
      serverShare: (cpuSeconds / seconds) * 100,
    };
  },
};
