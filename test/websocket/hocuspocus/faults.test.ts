import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../../support/clean-up.ts';
import { frame, HocuspocusClient, syncFrame } from '../../support/hocuspocus-client.ts';
import { JsonClient } from '../../support/json-client.ts';
import { everybodyMay } from '../../support/principals.ts';
import { startServer } from '../../support/server.ts';
import { insertion, textOf } from '../../support/updates.ts';
import { YWebsocketClient } from '../../support/y-websocket-client.ts';

async function start(...args: Parameters<typeof startServer>) {
  const server = await startServer(...args);
  atEnd(() => server.stop());
  return server;
}

const bytes = (name: string, type: number, ...body: readonly number[]) => Uint8Array.of(...frame(name, type), ...body);

describe('a faulty message', () => {
  it.each([
    ['of an unknown type', bytes('d', 77)],
    ['BroadcastStateless', frame('d', 6, (encoder) => encoding.writeVarString(encoder, 'hi'))],
    ['SyncStatus', bytes('d', 8, 1)],
    ['PermissionDenied', bytes('d', 2, 1, 1, 65)],
    ['Authenticated', bytes('d', 2, 2, 1, 65)],
    ['that is cut short', bytes('d', 0, 2, 9, 1)],
    ['of an unknown sync type', bytes('d', 0, 7, 0)],
    ['that goes on', bytes('d', 0, 2, 2, 0, 0, 0)],
    ['with a state vector that does not decode', syncFrame('d', 0, Uint8Array.of(7))],
    ['with an awareness state that is no object', bytes('d', 1, 4, 1, 1, 1, 1)],
  ])('[HOC24] %s refuses its document; the others on the socket go on', async (_what, faulty) => {
    const { wsUrl, logs } = await start();
    const client = await HocuspocusClient.join(wsUrl, 'd');
    await client.authenticate('other');
    client.send(faulty);
    await client.next('denied', 'd');
    expect(await client.write('other', insertion('x'))).toBe('1');
    expect(client.unread).toEqual([]);
    expect(await client.authenticate('d')).toBe('read-write');
    expect(logs.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it.each([
    ['that is empty', Uint8Array.of()],
    ['of one byte', Uint8Array.of(3)],
    ['whose name is cut short', Uint8Array.of(9, 0x61)],
    ['whose name is no UTF-8', Uint8Array.of(1, 0xff, 0)],
    ['whose name is longer than any', frame('x'.repeat(5_000), 3)],
    ['of y-websocket', Uint8Array.of(0, 0, 1, 0)],
  ])('[HOC24] %s ends the socket with 4400', async (_what, faulty) => {
    const { wsUrl } = await start();
    const client = await HocuspocusClient.join(wsUrl, 'd');
    client.send(faulty);
    expect(await client.closed).toBe(4400);
  });

  it('[HOC24] [LIM3] ends the socket where there are too many', async () => {
    const { wsUrl } = await start({ MAX_INVALID_MESSAGES: '5' });
    const client = await HocuspocusClient.join(wsUrl, 'd');
    for (let count = 0; count < 6; count++) client.update('d', Uint8Array.of(1));
    expect(await client.closed).toBe(4400);
  });

  it('[HOC24] before its document is open refuses it too', async () => {
    const { wsUrl } = await start();
    const client = await HocuspocusClient.open(wsUrl);
    client.send(bytes('d', 77));
    await client.next('denied', 'd');
    client.send(bytes('d', 77));
    await client.next('denied', 'd');
    expect(await client.authenticate('d')).toBe('read-write');
  });

  it('[HOC24] a large awareness state is dropped, and nothing else', async () => {
    const { wsUrl } = await start({ MAX_AWARENESS_BYTES: '1024' });
    const client = await HocuspocusClient.join(wsUrl, 'd');
    client.awareness('d', { clientId: 5, clock: 1, state: JSON.stringify({ x: 'x'.repeat(2_000) }) });
    client.awareness('d', { clientId: 5, clock: 2, state: '{}' });
    expect(Buffer.from((await client.next('awareness')).bytes).toString()).toContain('{}');
  });
});

describe('a stateless message', () => {
  it('[HOC25] reaches every other Hocuspocus session of the document, and nobody else', async () => {
    const { wsUrl } = await start();
    const [ann, bob] = [await HocuspocusClient.join(wsUrl, 'd'), await HocuspocusClient.join(wsUrl, 'd')];
    await bob.authenticate('other');
    await bob.authenticate('d\u0000session');
    const [json, provider] = [await JsonClient.open(wsUrl), await YWebsocketClient.join(wsUrl, 'd')];
    await json.sync('d');
    ann.update('d', insertion('first'));
    ann.stateless('d', '{"type":"saved ü"}');
    for (const name of ['d', 'd\u0000session']) {
      await bob.next('update', name);
      expect((await bob.next('stateless', name)).text).toBe('{"type":"saved ü"}');
    }
    await ann.next('status');
    await ann.sync('d');
    await bob.sync('other');
    expect([...ann.unread, ...bob.unread]).toEqual([]);
    await json.next('update');
    await provider.sync();
    expect(provider.received.unread).toHaveLength(1);
  });

  it('[HOC26] comes from the server too: POST /documents/<id>/stateless', async () => {
    const { wsUrl, httpUrl } = await start();
    const [ann, bob] = [await HocuspocusClient.join(wsUrl, 'a/b'), await HocuspocusClient.join(wsUrl, 'a/b')];
    for (const path of ['a/b', 'a%2Fb']) {
      const answer = await fetch(`${httpUrl}/documents/${path}/stateless`, { method: 'POST', body: '{"from":"ü"}' });
      expect(answer.status).toBe(204);
      for (const each of [ann, bob]) expect((await each.next('stateless')).text).toBe('{"from":"ü"}');
    }
    expect((await fetch(`${httpUrl}/documents/nobody/stateless`, { method: 'POST', body: 'x' })).status).toBe(204);
  });

  it('[HOC27] is bounded in size, and takes the right to write', async () => {
    let access: 'read' | 'write' | 'none' = 'write';
    const authenticator = everybodyMay(() => access);
    const { wsUrl, httpUrl } = await start({ MAX_STATELESS_BYTES: '1024' }, { authenticator });
    const [ann, bob] = [await HocuspocusClient.join(wsUrl, 'd'), await HocuspocusClient.join(wsUrl, 'd')];
    ann.stateless('d', 'x'.repeat(1_025));
    ann.stateless('d', 'x'.repeat(1_024));
    expect((await bob.next('stateless')).text).toHaveLength(1_024);
    const post = async (body: string | Uint8Array) =>
      (await fetch(`${httpUrl}/documents/d/stateless`, { method: 'POST', body: body as string })).status;
    expect(await post('x'.repeat(1_025))).toBe(413);
    expect(await post(Uint8Array.of(0xff))).toBe(400);
    access = 'read';
    expect(await post('x')).toBe(403);
    const reader = await HocuspocusClient.join(wsUrl, 'd');
    reader.stateless('d', 'not for you');
    await reader.sync('d');
    access = 'none';
    expect(await post('x')).toBe(403);
    await bob.sync('d');
    expect(bob.unread).toEqual([]);
    expect((await fetch(`${httpUrl}/documents/d/other`, { method: 'POST', body: 'x' })).status).toBe(404);
  });
});

describe('somebody who does not read', () => {
  it('[HOC28] [ROOM12] gets all of it in one update, once it reads again', async () => {
    const { wsUrl } = await start({ MAX_OUTBOX_BYTES: '65536' });
    const stalled = await HocuspocusClient.join(wsUrl, 'd');
    await stalled.sync('d');
    stalled.ws.pause();
    const writer = await JsonClient.open(wsUrl);
    await writer.sync('d');
    for (let count = 0; count < 40; count++) await writer.write('d', insertion('x'.repeat(65_536)));
    stalled.ws.resume();
    let text = 0;
    const updates: Uint8Array[] = [];
    while (text < 40 * 65_536) {
      updates.push((await stalled.next('update')).bytes);
      text = textOf(...updates).length;
    }
    expect(updates.length).toBeLessThan(60);
  });
});
