import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocketServer } from 'ws';
import { CountingClient } from './counting-client.mjs';
import { protocols } from './protocols.mjs';
import { EMPTY_STATE_VECTOR } from './updates.mjs';

const { syncFrame } = protocols['y-websocket'];

/** Counts what a server sends with `say`, until `bytes` of states and updates have come. */
async function counted(say, bytes) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', (socket) => socket.once('message', () => say(socket)));
  const address = /** @type {import('ws').AddressInfo} */ (server.address());
  const plain = { host: '127.0.0.1', port: address.port, path: '/<document>', protocol: 'y-websocket' };
  const client = await new Promise((resolve) => {
    const counting = new CountingClient(/** @type {any} */ (plain), 'a', EMPTY_STATE_VECTOR, () => {
      if (counting.bytes >= bytes) resolve(counting);
    });
  });
  client.destroy();
  server.close();
  return client;
}

test('counts states and updates of every size of frame header', async () => {
  const sizes = [3, 100, 200, 70_000, 3_000_000];
  const total = sizes.reduce((a, b) => a + b, 0);
  const client = await counted((socket) => {
    socket.ping('still there?');
    for (const [i, size] of sizes.entries()) socket.send(syncFrame('a', i === 0 ? 1 : 2, new Uint8Array(size)));
  }, total);
  assert.deepEqual([client.bytes, client.hasState], [total, true]);
});

test('counts a message in fragments once', async () => {
  const frame = syncFrame('a', 1, new Uint8Array(100_000));
  const client = await counted((socket) => {
    for (let at = 0; at < frame.length; at += 999) {
      socket.send(frame.subarray(at, at + 999), { binary: true, fin: at + 999 >= frame.length });
    }
  }, 100_000);
  assert.deepEqual([client.bytes, client.hasState], [100_000, true]);
});

test('a question of the server is no part of the document', async () => {
  const client = await counted((socket) => {
    socket.send(syncFrame('a', 0, new Uint8Array(50)));
    socket.send(syncFrame('a', 2, new Uint8Array(10)));
  }, 10);
  assert.deepEqual([client.bytes, client.hasState], [10, false]);
});
