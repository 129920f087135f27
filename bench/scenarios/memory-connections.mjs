import { setTimeout as delay } from 'node:timers/promises';
import { Client, openMany } from '../lib/client.mjs';

/** What a client costs that is there and does nothing. @type {import('./catalogue.mjs').Scenario} */
export const memoryConnections = {
  id: 'memory-connections',
  title: 'memory per idle connection (one empty document, resident after a forced collection)',
  timeoutSeconds: 90,
  metrics: [{ key: 'kibPerConnection', title: 'memory a connection', unit: 'KiB', better: 'lower' }],
  appliesTo: (server) => server.role !== 'limit',
  run: async ({ server, quick, residentAfterCollection }) => {
    const open = () => new Client(server, 'idle').join();
    // The first ones pay for code and buffers that later ones share.
    await openMany(200, open);
    await delay(1000);
    const before = await residentAfterCollection();
    const count = quick ? 1000 : 3000;
    await openMany(count, open);
    await delay(1000);
    const after = await residentAfterCollection();
    return { kibPerConnection: (after - before) / 1024 / count };
  },
};
