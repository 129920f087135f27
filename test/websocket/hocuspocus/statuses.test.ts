import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { GatedLog } from '../../grpc/support/gated-log.ts';
import { BAIT, POISON } from '../../grpc/support/poison.ts';
import { atEnd } from '../../support/clean-up.ts';
import { HocuspocusClient } from '../../support/hocuspocus-client.ts';
import { JsonClient } from '../../support/json-client.ts';
import { everybodyMay } from '../../support/principals.ts';
import { startServer } from '../../support/server.ts';
import { insertion, insertions, textOf } from '../../support/updates.ts';

async function start(...args: Parameters<typeof startServer>) {
  const server = await startServer(...args);
  atEnd(() => server.stop());
  return server;
}

const NOTHING = Uint8Array.of(0, 0);

/** An update that deletes the first character of a document that has `written`. */
function deletion(written: Uint8Array): Uint8Array {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, written);
  const before = Y.encodeStateVector(doc);
  doc.getText('t').delete(0, 1);
  return Y.encodeStateAsUpdate(doc, before);
}

describe('a SyncStatus', () => {
  it('[HOC10] [ROOM1] comes for each step 2 and each update, once they are durable, not before', async () => {
    const log = new GatedLog();
    const { wsUrl } = await start({}, { log });
    const [writer, reader] = [await HocuspocusClient.join(wsUrl, 'd'), await HocuspocusClient.join(wsUrl, 'd')];
    const [one, two, three] = insertions('one', 'two', 'three') as [Uint8Array, Uint8Array, Uint8Array];
    log.shutGate('append');
    writer.update('d', one);
    await reader.next('update');
    await log.reached('append');
    writer.step2('d', two);
    writer.update('d', three);
    await reader.next('update');
    await reader.next('update');
    await writer.sync('d');
    expect(writer.unread).toEqual([]);
    log.openGate('append');
    for (let count = 0; count < 3; count++) expect((await writer.next('status')).text).toBe('1');
    await writer.sync('d');
    await reader.sync('d');
    expect([...writer.unread, ...reader.unread]).toEqual([]);
  });

  it('[HOC10] comes for one that changes nothing too', async () => {
    const { wsUrl } = await start();
    const client = await HocuspocusClient.join(wsUrl, 'd');
    const update = insertion('once');
    for (const each of [update, update, NOTHING]) expect(await client.write('d', each)).toBe('1');
    client.step2('d', NOTHING);
    expect((await client.next('status')).text).toBe('1');
    await client.sync('d');
    expect(client.unread).toEqual([]);
  });

  it('[HOC10] of another document is not waited for', async () => {
    const log = new GatedLog();
    const { wsUrl } = await start({}, { log });
    const client = await HocuspocusClient.join(wsUrl, 'a');
    await client.authenticate('b');
    await client.write('b', insertion('known'));
    log.shutGate('append');
    client.update('a', insertion('slow'));
    await log.reached('append');
    expect(await client.write('b', NOTHING)).toBe('1');
    log.openGate('append');
    expect((await client.next('status', 'a')).text).toBe('1');
  });

  it('[HOC11] says 0 of an update that is refused, in its turn; the document goes on', async () => {
    const log = new GatedLog();
    const { wsUrl } = await start({ MAX_MESSAGE_BYTES: '2048' }, { log });
    const [client, other] = [await HocuspocusClient.join(wsUrl, 'd'), await HocuspocusClient.join(wsUrl, 'd')];
    await client.write('d', BAIT);
    await other.next('update');
    log.shutGate('append');
    client.update('d', insertion('before'));
    await log.reached('append');
    client.update('d', Uint8Array.of(1, 9));
    client.update('d', insertion('x'.repeat(2048)));
    client.update('d', insertion('after'));
    await client.sync('d');
    expect(client.unread).toEqual([]);
    log.openGate('append');
    const told = [];
    for (let count = 0; count < 4; count++) told.push((await client.next('status')).text);
    expect(told).toEqual(['1', '0', '0', '1']);
    client.update('d', POISON);
    expect((await client.next('status')).text).toBe('0');
    expect(await client.write('d', insertion('fine'))).toBe('1');
    expect(textOf(await other.sync('d'))).toContain('fine');
  });

  it('[HOC12] [ROOM5] comes for a gap once it is filled by the step 2 that the server asks for', async () => {
    const { wsUrl } = await start();
    const [writer, reader] = [await HocuspocusClient.join(wsUrl, 'd'), await HocuspocusClient.join(wsUrl, 'd')];
    const [one, two] = insertions('one', 'two') as [Uint8Array, Uint8Array];
    writer.update('d', two);
    expect([...(await writer.nextOfAll()).bytes]).toEqual([0]);
    await reader.sync('d');
    expect(reader.unread).toEqual([]);
    writer.step2('d', one);
    for (let count = 0; count < 2; count++) expect((await writer.next('status')).text).toBe('1');
    await writer.sync('d');
    expect(writer.unread).toEqual([]);
    expect(textOf(await reader.sync('d'))).toBe('onetwo');
  });

  it('[HOC12] of a step 2 that the server asked for never stands for a later update', async () => {
    const log = new GatedLog();
    const { wsUrl } = await start({}, { log });
    const writer = await HocuspocusClient.join(wsUrl, 'd');
    const [one, two, three] = insertions('one', 'two', 'three') as [Uint8Array, Uint8Array, Uint8Array];
    writer.update('d', two);
    await writer.next('step1');
    log.shutGate('append');
    writer.step2('d', one);
    await log.reached('append');
    const reader = await JsonClient.open(wsUrl);
    await reader.sync('d');
    writer.update('d', three);
    await reader.next('update');
    log.openGate('append');
    // The gap's own; not that of the step 2, which a provider would count for the third one.
    await writer.next('status');
    await writer.next('status');
    await writer.next('status');
    await writer.sync('d');
    expect(writer.unread).toEqual([]);
  });
});

describe('a session that may only read', () => {
  it('[HOC13] gets 1 for a step 2 that adds nothing, 0 for one that does, and 0 for every update', async () => {
    let access: 'read' | 'write' = 'write';
    const { wsUrl } = await start({}, { authenticator: everybodyMay(() => access) });
    const writer = await HocuspocusClient.join(wsUrl, 'd');
    const known = insertion('known');
    await writer.write('d', known);
    access = 'read';
    const reader = await HocuspocusClient.open(wsUrl);
    expect(await reader.authenticate('d')).toBe('readonly');
    const expectStatus = async (kind: 'step2' | 'update', update: Uint8Array, status: string) => {
      reader[kind]('d', update);
      expect((await reader.next('status')).text).toBe(status);
    };
    await expectStatus('step2', NOTHING, '1');
    await expectStatus('step2', known, '1');
    await expectStatus('step2', insertion('new'), '0');
    await expectStatus('step2', deletion(known), '0');
    await expectStatus('update', insertion('new'), '0');
    await expectStatus('update', known, '0');
    expect(textOf(await reader.sync('d'))).toBe('known');
    reader.awareness('d', { clientId: 5, clock: 1, state: '{"x":1}' });
    await writer.next('awareness');
    await writer.sync('d');
    expect(writer.unread).toEqual([]);
  });
});

describe('a store that fails', () => {
  it('[HOC14] [ROOM9] ends the socket, so that its provider comes back', async () => {
    const log = new GatedLog();
    const { wsUrl } = await start({ STORE_RETRY_MS: '1' }, { log });
    const client = await HocuspocusClient.join(wsUrl, 'd');
    log.append = () => Promise.reject(new Error('The disk is full'));
    client.update('d', insertion('x'));
    expect(await client.closed).toBe(1013);
    expect(client.unread.filter((each) => each.includes('status 1'))).toEqual([]);
  });

  it('[HOC14] [ROOM7] lets nobody see a document that cannot be loaded', async () => {
    const log = new GatedLog();
    const { wsUrl } = await start({}, { log });
    log.load = () => Promise.reject(new Error('The disk is gone'));
    const client = await HocuspocusClient.open(wsUrl);
    client.token('d');
    client.step1('d');
    expect(await client.closed).toBe(1013);
    expect(client.unread).toEqual([]);
  });
});
