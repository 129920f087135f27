import { setTimeout as delay } from 'node:timers/promises';
import { Client, openMany } from '../lib/client.mjs';
import { MEMORY_NOTE } from '../lib/notes.mjs';
import { until } from '../lib/pace.mjs';
import { loadTrace, prepareTrace } from '../lib/trace.mjs';

/**
 * What a document costs that somebody has opened and nobody edits. Servers that keep documents are restarted between
 * writing and opening them; the others hold from the start what was written, and are measured while it is written.
 * @type {import('./catalogue.mjs').Scenario}
 */
export const memoryDocuments = {
  id: 'memory-documents',
  title: 'memory per opened, unedited 311 KB document (after a forced collection)',
  note: MEMORY_NOTE,
  timeoutSeconds: 120,
  prepare: prepareTrace,
  metrics: [
    { key: 'mibPerDocument', title: 'anonymous memory a document', unit: 'MiB', better: 'lower' },
    { key: 'residentMib', title: 'resident memory a document', unit: 'MiB', better: 'lower' },
  ],
  targets: [{ kind: 'ratio', metric: 'mibPerDocument', against: 'best-peer', atMost: 1 / 10 }],
  appliesTo: (server) => server.synchronises && server.role !== 'limit',
  run: async (context) => {
    const { finalState } = loadTrace();
    const count = context.quick ? 20 : 60;
    // This server lets go of what nobody reads after ten seconds, and looks every three.
    const quiet = 16_000;
    const open = (index) => new Client(context.server, `document-${index}`).join();
    const write = async (index) => {
      const client = await open(index);
      client.sendUpdate(finalState);
      await until(20, () => client.acknowledged(0) > 0, 'the acknowledgement');
      return client;
    };
    // Three to warm up, in both phases: not counted.
    const seeding = async (from, to) => openMany(to - from, (i) => write(from + i), 2);
    const opening = async (from, to) => openMany(to - from, (i) => open(from + i), 2);

    let phase = seeding;
    if (context.server.keeps) {
      const clients = await seeding(0, count + 3);
      await Promise.all(clients.map((client) => client.close()));
      await context.restart();
      phase = opening;
    }
    await phase(count, count + 3);
    await delay(quiet);
    const before = await context.memoryAfterCollection();
    const clients = await phase(0, count);
    if (phase === opening && clients.some(({ progress }) => progress.clocks[0] === 0))
      throw new Error('nothing was kept');
    await delay(quiet);
    const after = await context.memoryAfterCollection();
    const each = (kind) => (after[kind] - before[kind]) / 2 ** 20 / count;
    return { mibPerDocument: each('anonymous'), residentMib: each('resident') };
  },
};
