import { setTimeout as delay } from 'node:timers/promises';
import { Client, openMany } from '../lib/client.mjs';
import { MEMORY_NOTE } from '../lib/notes.mjs';

/** What a client costs that is there and does nothing. @type {import('./catalogue.mjs').Scenario} */
export const memoryConnections = {
  id: 'memory-connections',
  title: 'memory per idle connection (one empty document, after a forced collection)',
  note: MEMORY_NOTE,
  timeoutSeconds: 90,
  metrics: [
    { key: 'kibPerConnection', title: 'anonymous memory a connection', unit: 'KiB', better: 'lower' },
    { key: 'residentKib', title: 'resident memory a connection', unit: 'KiB', better: 'lower' },
  ],
  targets: [{ kind: 'difference', metric: 'kibPerConnection', against: 'relay', atMost: 2 }],
  appliesTo: (server) => server.role !== 'limit',
  run: async ({ server, quick, memoryAfterCollection }) => {
    const open = () => new Client(server, 'idle').join();
    // The first ones pay for code and buffers that later ones share.
    await openMany(200, open);
    await delay(1000);
    const before = await memoryAfterCollection();
    const count = quick ? 1000 : 2000;
    await openMany(count, open);
    await delay(1000);
    const after = await memoryAfterCollection();
    const each = (kind) => (after[kind] - before[kind]) / 1024 / count;
    return { kibPerConnection: each('anonymous'), residentKib: each('resident') };
  },
};
