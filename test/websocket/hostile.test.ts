import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { encodeStep1, encodeUpdate } from '../../src/adapters/websocket/protocols/y-websocket-codec.ts';
import { atEnd } from '../support/clean-up.ts';
import { eventually } from '../support/eventually.ts';
import { HealthyPair } from '../support/healthy-pair.ts';
import { base64, JsonClient } from '../support/json-client.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { clientFrame, ended, rawSocket, rawWebSocket, upgradeRequest } from '../support/raw-socket.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { insertion } from '../support/updates.ts';
import { YWebsocketClient } from '../support/y-websocket-client.ts';

const BINARY = 2;

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

describe('frames', () => {
  beforeEach(() => start());

  const garbage: readonly [string, Uint8Array][] = [
    ['random bytes', Uint8Array.from({ length: 300 }, (_, at) => (at * 167 + 13) % 256)],
    ['a varUint without end', new Uint8Array(64).fill(0xff)],
    ['an update that announces 2^53 bytes', Uint8Array.of(0, 2, 255, 255, 255, 255, 255, 255, 255, 15)],
    ['awareness of 2^32 clients', Uint8Array.of(1, 5, 255, 255, 255, 255, 15)],
    ['a Yjs client id of 2^64', Uint8Array.of(0, 2, 14, 1, 1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0)],
    ['a state vector of 10^6 entries', encodeStep1(stateVector(1_000_000))],
  ];

  it.each(garbage)('[YWS7] %s costs the sender its socket and nobody else anything', async (_what, frame) => {
    const client = await YWebsocketClient.join(server.wsUrl, 'd');
    client.send(frame);
    expect(await client.closed).toBe(4400);
    await expectUntouched();
  });

  it('[YWS7] every cut of an update is refused', async () => {
    const frame = encodeUpdate(insertion('a text that is cut'));
    for (let length = 0; length < frame.length; length++) {
      const client = await YWebsocketClient.join(server.wsUrl, 'd');
      client.send(frame.subarray(0, length));
      expect(await client.closed).toBe(4400);
    }
    await expectUntouched();
  });

  it('[DOC18] [JSON6] a state vector of 10^6 entries is an error to a JSON client', async () => {
    const client = await JsonClient.open(server.wsUrl);
    client.send({ doc_id: 'd', type: 'sync', update: base64(stateVector(1_000_000)) });
    expect((await client.nextFault()).code).toBe(400);
    await expectUntouched();
  });

  it('[LIM2] a frame that announces more than is allowed closes the socket with 1009', async () => {
    const socket = await rawWebSocket(server, '/ws/d');
    const header = Buffer.alloc(14);
    header[0] = 0x82;
    header[1] = 0xff;
    header.writeBigUInt64BE(2n ** 40n, 2);
    const received: Buffer[] = [];
    socket.on('data', (data: Buffer) => received.push(data));
    socket.write(header);
    await ended(socket);
    expect(Buffer.concat(received).includes(Buffer.from([0x88, 2, 1009 >> 8, 1009 & 255]))).toBe(true);
    await expectUntouched();
  });

  it.each([
    ['a reserved opcode', [0x83, 0x80, 0, 0, 0, 0]],
    ['a frame without a mask', [0x82, 1, 0]],
    ['a reserved bit', [0xc2, 0x80, 0, 0, 0, 0]],
    ['a text frame that is not UTF-8', [0x81, 0x82, 0, 0, 0, 0, 0xff, 0xff]],
    ['a fragment that continues nothing', [0x80, 0x80, 0, 0, 0, 0]],
  ])('[YWS7] %s ends the connection', async (_what, bytes) => {
    const socket = await rawWebSocket(server, '/ws/d');
    socket.write(Buffer.from(bytes));
    await ended(socket);
    await expectUntouched();
  });

  it('[SES3] a socket that is destroyed in the middle of a frame leaves nothing behind', async () => {
    for (const path of ['/ws', '/ws/d']) {
      const socket = await rawWebSocket(server, path);
      socket.write(clientFrame(BINARY, Buffer.from([0, 2]), 1000));
      socket.resetAndDestroy();
      await once(socket, 'close');
    }
    await eventually('two sessions', async () => (await health()).sessions === 2);
    await expectUntouched();
  });

  it('[YWS2] a message in fragments, with a ping between them, is one message', async () => {
    const client = await YWebsocketClient.join(server.wsUrl, 'd');
    const frame = encodeUpdate(insertion('in pieces'));
    client.ws.send(frame.subarray(0, 3), { fin: false });
    client.ws.ping();
    client.ws.send(frame.subarray(3), { fin: true });
    await client.nextEqual(frame);
  });
});

async function health(): Promise<{ sessions: number }> {
  return (await (await fetch(`${server.httpUrl}/health`)).json()) as { sessions: number };
}

function stateVector(entries: number): Uint8Array {
  const bytes: number[] = [];
  const varUint = (value: number) => {
    for (let rest = value; ; rest = Math.floor(rest / 128)) {
      bytes.push(rest >= 128 ? (rest % 128) | 128 : rest);
      if (rest < 128) return;
    }
  };
  varUint(entries);
  for (let client = 1; client <= entries; client++) {
    varUint(client);
    bytes.push(1);
  }
  return Uint8Array.from(bytes);
}

describe('upgrades', () => {
  beforeEach(() => start());

  it('[HTTP4] half of an upgrade, and a client that vanishes in it, disturb nobody', async () => {
    const half = await rawSocket(server);
    half.write(upgradeRequest('/ws/d').slice(0, 60));
    const gone = await rawSocket(server);
    gone.write(upgradeRequest('/ws/d'));
    gone.resetAndDestroy();
    await once(gone, 'close');
    await expectUntouched();
  });

  it('[HTTP4] [ROOM13] an upgrade of another path is 404, and a client that keeps it open does not hold up the stop', async () => {
    const socket = await rawSocket(server);
    socket.write(upgradeRequest('/elsewhere'));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 404 /);
    // The client never ends its half.
    await ended(socket);
    await expectUntouched();
  });

  it('[JSON7] messages without a session, in masses, are answered and change nothing', async () => {
    const client = await JsonClient.open(server.wsUrl);
    for (let at = 0; at < 200; at++) client.update('d', insertion('x'));
    for (let at = 0; at < 200; at++) expect((await client.nextFault()).code).toBe(404);
    await expectUntouched();
  });

  it('[JSON10] text on /ws/<document> and binary on /ws', async () => {
    const text = await JsonClient.open(server.wsUrl, '/ws/d');
    text.send('not JSON');
    expect((await text.nextFault()).code).toBe(400);
    const binary = await JsonClient.open(server.wsUrl);
    binary.ws.send(encodeUpdate(insertion('x')));
    expect(await binary.closed).toBe(4400);
    await expectUntouched();
  });
});

describe('the stop', () => {
  it('[ROOM13] tells clients to come back, and waits for none that does not go', async () => {
    const stopping = await startServer({ SHUTDOWN_TIMEOUT_MS: '100' });
    const [json, provider] = [await JsonClient.open(stopping.wsUrl), await YWebsocketClient.join(stopping.wsUrl, 'd')];
    const silent = [await rawWebSocket(stopping, '/ws/d'), await rawWebSocket(stopping, '/ws')];
    const half = await rawSocket(stopping);
    half.write(upgradeRequest('/ws/d').slice(0, 60));
    const refused = connect({ port: Number(new URL(stopping.httpUrl).port), host: '127.0.0.1', allowHalfOpen: true });
    atEnd(() => refused.destroy());
    refused.write(upgradeRequest('/elsewhere'));
    await once(refused, 'data');
    const stopped = stopping.stop();
    expect([await json.closed, await provider.closed]).toEqual([1013, 1013]);
    await stopped;
    for (const each of [...silent, half]) await ended(each);
  });
});

describe('clients that are gone', () => {
  it('[LIM4] a socket that answers no ping is ended within 60 s, one that does is not', async () => {
    const clock = new ManualClock();
    await start({ COMMIT_WINDOW_MS: '0' }, { clock });
    const dead = await rawWebSocket(server, '/ws/d');
    const gone = ended(dead);
    await eventually('three sessions', async () => (await health()).sessions === 3);
    for (let seconds = 0; seconds < 60; seconds += 5) {
      clock.advance(5_000);
      await expectUntouched();
    }
    await gone;
    await eventually('two sessions', async () => (await health()).sessions === 2);
  });
});
