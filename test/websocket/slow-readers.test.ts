import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { atEnd } from '../support/clean-up.ts';
import { eventually } from '../support/eventually.ts';
import { HealthyPair } from '../support/healthy-pair.ts';
import { JsonClient } from '../support/json-client.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { insertion } from '../support/updates.ts';
import { YWebsocketClient } from '../support/y-websocket-client.ts';

const MIB = 1024 * 1024;

let server: RunningServer;
let pair: HealthyPair;

async function start(...args: Parameters<typeof startServer>): Promise<void> {
  server = await startServer(...args);
  const started = server;
  atEnd(() => started.stop());
  pair = await HealthyPair.join(server);
  await pair.check();
}

/** Nothing unforeseen was logged, and the honest clients go on. */
async function expectUntouched(): Promise<void> {
  await pair.check();
  expect(server.logs.filter(({ level }) => level === 'error')).toEqual([]);
}

async function health(): Promise<{ sessions: number }> {
  return (await (await fetch(`${server.httpUrl}/health`)).json()) as { sessions: number };
}

describe('clients that do not read', () => {
  /** A document whose state stays small while its updates are large. */
  function largeUpdates(count: number, size: number): { updates: Uint8Array[]; doc: Y.Doc } {
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    for (let at = 0; at < count; at++) doc.getMap('m').set('k', `${at}:${'x'.repeat(size)}`);
    return { updates, doc };
  }

  it('[ROOM12] misses updates while it does not read, and gets all of it in one once it reads again', async () => {
    await start({ MAX_OUTBOX_BYTES: String(MIB) });
    const stalled = await YWebsocketClient.join(server.wsUrl, 'big');
    stalled.ws.pause();
    const writer = await JsonClient.open(server.wsUrl);
    await writer.sync('big');
    const { updates, doc } = largeUpdates(64, 512 * 1024);
    for (const update of updates) await writer.write('big', update);
    await expectUntouched();
    const total = updates.reduce((sum, update) => sum + update.length, 0);
    stalled.ws.resume();
    const copy = new Y.Doc();
    let received = 0;
    while (copy.getMap('m').get('k') !== doc.getMap('m').get('k')) {
      const frame = await stalled.nextOfAll();
      received += frame.length;
      if (frame[0] === 0 && frame[1] === 2) Y.applyUpdate(copy, bodyOf(frame));
    }
    expect(received).toBeLessThan(total * 0.8);
    expect(Y.encodeStateVector(copy)).toEqual(Y.encodeStateVector(doc));
    expect(copy.store.pendingStructs).toBeNull();
    await writer.write('big', insertion('and live again'));
    await stalled.next([0, 2]);
  });

  it('[ROOM12] a client that only asks is not read while it does not read the answers', async () => {
    await start({ MAX_OUTBOX_BYTES: String(MIB) });
    const writer = await JsonClient.open(server.wsUrl);
    await writer.sync('big');
    await writer.write('big', insertion('x'.repeat(MIB)));
    const stalled = await JsonClient.open(server.wsUrl);
    stalled.ws.pause();
    const before = process.memoryUsage().arrayBuffers;
    const questions = 80;
    for (let at = 0; at < questions; at++) stalled.send({ doc_id: 'big', type: 'sv' });
    for (let round = 0; round < 10; round++) await expectUntouched();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 * MIB);
    stalled.ws.resume();
    for (let at = 0; at < questions; at++) await stalled.next('sv');
  });

  it('[ROOM12] one that never drains is ended after OUTBOX_TIMEOUT_MS', async () => {
    const clock = new ManualClock();
    const slow = { PING_INTERVAL_MS: '3600000', SESSION_TIMEOUT_MS: '3600000', COMMIT_WINDOW_MS: '0' };
    await start({ MAX_OUTBOX_BYTES: String(MIB), OUTBOX_TIMEOUT_MS: '30000', ...slow }, { clock });
    const stalled = await YWebsocketClient.join(server.wsUrl, 'big');
    stalled.ws.pause();
    const writer = await JsonClient.open(server.wsUrl);
    await writer.sync('big');
    for (const update of largeUpdates(60, 512 * 1024).updates) await writer.write('big', update);
    clock.advance(10_000);
    await expectUntouched();
    clock.advance(35_000);
    await eventually('three sessions', async () => (await health()).sessions === 3);
    await expectUntouched();
  });
});

/** The update in a frame `0 2 <length> <update>`. */
function bodyOf(frame: Buffer): Uint8Array {
  let at = 2;
  while ((frame[at] ?? 0) >= 0x80) at++;
  return frame.subarray(at + 1);
}
