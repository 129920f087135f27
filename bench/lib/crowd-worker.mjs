// A thread of the load process: many clients ask for one large document at once. Apart from the main thread, so that
// reading gigabytes does not delay what is measured there.
import { parentPort, workerData } from 'node:worker_threads';
import { Client } from './client.mjs';
import { CountingClient } from './counting-client.mjs';
import { hashOf } from './large-document.mjs';
import { textOf } from './trace.mjs';
import { EMPTY_STATE_VECTOR } from './updates.mjs';

/**
 * What the thread is given. `bytes` is what a client must have received to be in sync; a server may encode a little more
 * tightly than Yjs does, so take less than the state's length.
 * @typedef {{ server: import('../servers/catalogue.mjs').RunningServer, document: string, count: number, seconds: number,
 *   bytes: number, clocks: number[], textHash: string }} Crowd
 */

/**
 * What it answers with, first when all are in sync or the time is over, then when the text was looked at.
 * @typedef {{ synced: number, seconds: number } | { hasRightText: boolean }} CrowdReport
 */

/** @type {Crowd} */
const { server, document, count, seconds, bytes, clocks, textHash } = workerData;

let ready = () => {};
const isInSync = (client) => client.hasState && client.bytes >= bytes;
const start = performance.now();
// One of them keeps what it gets and reads it struct by struct; it stands for the others' content.
const witness = new Client(server, document, { writers: clocks.length, onData: () => ready() });
witness.kept = [];
const counters = Array.from(
  { length: count - 1 },
  () => new CountingClient(server, document, EMPTY_STATE_VECTOR, () => ready()),
);
const witnessIsInSync = () => clocks.every((clock, author) => witness.progress.clocks[author] >= clock);
const inSync = () => counters.filter(isInSync).length + (witnessIsInSync() ? 1 : 0);

// A refused connection is a client that is not in sync, not an error.
witness.opened.catch(() => {});
await new Promise((resolve) => {
  const timer = setTimeout(resolve, seconds * 1000);
  ready = () => {
    const gaveUp = counters.every((client) => client.isClosed || isInSync(client)) && witness.isClosed;
    if (inSync() < count && !gaveUp) return;
    clearTimeout(timer);
    resolve(undefined);
  };
});
const synced = inSync();
parentPort?.postMessage({ synced, seconds: synced < count ? Number.NaN : (performance.now() - start) / 1000 });
for (const client of counters) client.destroy();
witness.destroy();
parentPort?.postMessage({ hasRightText: witnessIsInSync() && hashOf(textOf(witness.kept)) === textHash });
