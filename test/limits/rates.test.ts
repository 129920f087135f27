import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Authenticator } from '../../src/application/ports/authenticator.ts';
import { GrpcClient } from '../grpc/support/client.ts';
import { atEnd } from '../support/clean-up.ts';
import { JsonClient } from '../support/json-client.ts';
import { principalOf } from '../support/principals.ts';
import { insertion } from '../support/updates.ts';
import { DENIED, YWebsocketClient } from '../support/y-websocket-client.ts';
import { limitCount } from './support/limit-count.ts';
import { limitedServer } from './support/limited-server.ts';

/** Soft rates are passed at once, hard ones never. */
const SOFT = { RATE_WINDOW_MS: '1000', RATE_CONNECTION: '20', RATE_HARD_FACTOR: '1000000' };

/** Both are passed at once: the hard rate is the soft one. */
const HARD = { RATE_WINDOW_MS: '1000', RATE_CONNECTION: '20', RATE_HARD_FACTOR: '1' };

/** So many updates that follow one another, and what they make. */
function typing(count: number): { readonly updates: readonly Uint8Array[]; readonly text: string } {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (let at = 0; at < count; at++) doc.getText('text').insert(at, String(at % 10));
  return { updates, text: doc.getText('text').toString() };
}

function textOf(...updates: readonly Uint8Array[]): string {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc.getText('text').toString();
}

describe('past the soft rate', () => {
  it('[LIM6] JSON: all that was sent is stored, later', async () => {
    const server = await limitedServer(SOFT);
    const client = await JsonClient.open(server.wsUrl);
    await client.sync('d');
    const { updates, text } = typing(30);
    for (const update of updates) client.update('d', update);
    for (const _ of updates) await client.next('ack');
    expect(textOf((await client.sync('d')).update)).toBe(text);
    expect(client.received.unread).toEqual([]);
    expect(await limitCount(server, 'RATE_CONNECTION')).toBeGreaterThan(0);
  });

  it('[LIM6] y-websocket: the same', async () => {
    const server = await limitedServer(SOFT);
    const client = await YWebsocketClient.join(server.wsUrl, 'd');
    const { updates } = typing(24);
    for (const update of updates) client.update(update);
    for (const _ of updates) await client.next([0, 2]);
    expect(client.received.unread).toEqual([]);
    expect(await limitCount(server, 'RATE_CONNECTION')).toBeGreaterThan(0);
  });

  it('[LIM6] gRPC: the same', async () => {
    const server = await limitedServer(SOFT);
    const client = new GrpcClient(server.grpcAddress);
    atEnd(() => client.close());
    const stream = client.open();
    await stream.join('d', 'ann');
    const { updates, text } = typing(30);
    for (const update of updates) stream.update('d', 'ann', update);
    for (const _ of updates) await stream.take('update');
    expect(textOf(await stream.sync('d', 'ann'))).toBe(text);
    expect(await limitCount(server, 'RATE_CONNECTION')).toBeGreaterThan(0);
  });

  it('[LIM6] by the defaults nobody waits who sends twenty thousand updates at once', async () => {
    const server = await limitedServer();
    const client = await YWebsocketClient.join(server.wsUrl, 'd');
    const { updates } = typing(20_000);
    for (const update of updates) client.update(update);
    for (let at = 0; at < updates.length; at++) await client.next([0, 2]);
    expect(await limitCount(server, 'RATE_CONNECTION')).toBe(0);
    expect(await limitCount(server, 'RATE_ADDRESS')).toBe(0);
  });
});

describe('past the hard rate', () => {
  it('[LIM7] JSON: 429, and the socket goes on', async () => {
    const server = await limitedServer({ ...HARD, MAX_INVALID_MESSAGES: '1000000' });
    const client = await JsonClient.open(server.wsUrl);
    await client.sync('d');
    const { updates } = typing(40);
    for (const update of updates) client.update('d', update);
    expect(await client.nextFault()).toEqual({ code: 429, error_type: 'RATE_LIMIT_EXCEEDED' });
    // A later window: what is refused is refused by then.
    for (;;) {
      client.send({ doc_id: 'd', type: 'heartbeat' });
      const answer = await client.received.take('answer', ({ type }) => type === 'heartbeat' || type === 'error');
      if (answer.type === 'heartbeat') break;
    }
    expect(await limitCount(server, 'RATE_CONNECTION')).toBeGreaterThan(0);
  });

  it('[LIM7] y-websocket: it is told why, and asked for what was refused once it is heard again', async () => {
    const server = await limitedServer({ ...HARD, MAX_INVALID_MESSAGES: '1000000' });
    const client = await YWebsocketClient.join(server.wsUrl, 'd');
    const { updates, text } = typing(40);
    for (const update of updates) client.update(update);
    await client.next(DENIED, (frame) => frame.toString('latin1').includes('Too many messages; try again in 1 s.'));
    const whole = Y.mergeUpdates([...updates]);
    // It says on what it shows, as providers do from time to time, and at first nothing of it is heard.
    let frame = await client.nextOfAll();
    for (let clock = 1; frame[0] !== 0 || frame[1] !== 0; frame = await client.nextOfAll()) {
      if (frame[0] === 2) client.awareness({ clientId: 1, clock: clock++, state: '{}' });
    }
    client.step2(whole);
    const reader = await JsonClient.open(server.wsUrl);
    await client.next([0, 2], (echo) => echo.length > whole.length);
    expect(textOf((await reader.sync('d')).update)).toBe(text);
  });

  it('[LIM7] gRPC: 429, and the stream goes on', async () => {
    const server = await limitedServer(HARD);
    const client = new GrpcClient(server.grpcAddress);
    atEnd(() => client.close());
    const stream = client.open();
    await stream.join('d', 'ann');
    const { updates } = typing(40);
    for (const update of updates) stream.update('d', 'ann', update);
    let codes: number[] = [];
    for (const _ of updates) {
      const message = await stream.next();
      codes = [...codes, message.message_type === 'error' ? message.error.error_code : 200];
    }
    expect(new Set(codes)).toEqual(new Set([200, 429]));
    expect(await limitCount(server, 'RATE_CONNECTION')).toBeGreaterThan(0);
  });

  it('[LIM7] [LIM3] a socket that goes on all the same is closed in the end', async () => {
    const server = await limitedServer({ ...HARD, RATE_WINDOW_MS: '600000', MAX_INVALID_MESSAGES: '50' });
    const client = await JsonClient.open(server.wsUrl);
    for (let at = 0; at < 100; at++) client.send({ doc_id: 'd', type: 'heartbeat' });
    expect(await client.closed).toBe(4429);
    expect(await limitCount(server, 'MAX_INVALID_MESSAGES')).toBe(1);
  });

  it('[LIM7] what one address sends too much of counts against all of its connections', async () => {
    const server = await limitedServer({ RATE_ADDRESS: '24', RATE_HARD_FACTOR: '1', RATE_WINDOW_MS: '600000' });
    const [one, other] = [await JsonClient.open(server.wsUrl), await JsonClient.open(server.wsUrl)];
    for (let at = 0; at < 30; at++) one.send({ doc_id: 'd', type: 'heartbeat' });
    await one.nextFault();
    for (let at = 0; at < 8; at++) other.send({ doc_id: 'd', type: 'heartbeat' });
    expect(await other.nextFault()).toEqual({ code: 429, error_type: 'RATE_LIMIT_EXCEEDED' });
    expect(await limitCount(server, 'RATE_ADDRESS')).toBeGreaterThan(0);
  });

  it('[LIM7] the same of a user, wherever it connects from', async () => {
    const principal = principalOf({ subject: 'ann' });
    const authenticator: Authenticator = { demands: 'nothing', authenticate: async () => principal };
    const settings = { RATE_USER: '24', RATE_HARD_FACTOR: '1', RATE_WINDOW_MS: '600000' };
    const server = await limitedServer(settings, { authenticator });
    const client = await JsonClient.open(server.wsUrl);
    for (let at = 0; at < 30; at++) client.send({ doc_id: 'd', type: 'heartbeat' });
    expect(await client.nextFault()).toEqual({ code: 429, error_type: 'RATE_LIMIT_EXCEEDED' });
    expect(await limitCount(server, 'RATE_USER')).toBeGreaterThan(0);
  });

  it('[LIM7] an update that is refused is not stored, and those that were acknowledged are', async () => {
    const server = await limitedServer({ ...HARD, RATE_WINDOW_MS: '600000' });
    const client = await JsonClient.open(server.wsUrl);
    await client.sync('d');
    let stored = 0;
    for (let at = 0; at < 40; at++) {
      client.update('d', insertion(String(at)));
      const answer = await client.received.take('answer', ({ type }) => type === 'ack' || type === 'error');
      if (answer.type === 'ack') stored++;
    }
    const reader = await JsonClient.open(server.wsUrl);
    const doc = new Y.Doc();
    Y.applyUpdate(doc, (await reader.sync('d')).update);
    expect(Y.decodeStateVector(Y.encodeStateVector(doc)).size).toBe(stored);
    expect(stored).toBeLessThan(40);
  });
});
