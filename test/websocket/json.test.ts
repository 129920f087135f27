import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { GatedLog } from '../grpc/support/gated-log.ts';
import { atEnd } from '../support/clean-up.ts';
import { base64, bytes, JsonClient, sequenceOf } from '../support/json-client.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { insertion, insertions, textOf } from '../support/updates.ts';

async function start(...args: Parameters<typeof startServer>): Promise<RunningServer> {
  const server = await startServer(...args);
  atEnd(() => server.stop());
  return server;
}

const NOT_FOUND = { code: 404, error_type: 'DOCUMENT_NOT_FOUND' };

describe('sync and sv', () => {
  it('[JSON1] answers what the state vector lacks, and the own one, and subscribes', async () => {
    const { wsUrl } = await start();
    const [first, second] = insertions('one ', 'two') as [Uint8Array, Uint8Array];
    const writer = await JsonClient.open(wsUrl);
    const empty = await writer.sync('d');
    expect([textOf(empty.update), [...empty.stateVector]]).toEqual(['', [0]]);
    await writer.write('d', first);
    const reader = await JsonClient.open(wsUrl);
    const synced = await reader.sync('d');
    expect(textOf(synced.update)).toBe('one ');
    expect(synced.stateVector).toEqual(Y.encodeStateVectorFromUpdate(first));
    await writer.write('d', second);
    expect(sequenceOf(await reader.next('update'))).toBe(2);
    const lacking = await reader.sync('d', Y.encodeStateVectorFromUpdate(first));
    expect(lacking.update).toEqual(Y.diffUpdate(Y.mergeUpdates([first, second]), Y.encodeStateVectorFromUpdate(first)));
  });

  it('[JSON3] sv answers like sync and does not subscribe', async () => {
    const { wsUrl } = await start();
    const [first, second] = insertions('one ', 'two') as [Uint8Array, Uint8Array];
    const [writer, reader] = [await JsonClient.open(wsUrl), await JsonClient.open(wsUrl)];
    await writer.sync('d');
    await writer.write('d', first);
    reader.send({ doc_id: 'd', type: 'sv' });
    const answer = await reader.next('sv');
    expect(textOf(bytes(answer.update))).toBe('one ');
    expect(bytes(answer.data?.state_vector)).toEqual(Y.encodeStateVectorFromUpdate(first));
    reader.send({ doc_id: 'd', type: 'sv', update: base64(Y.encodeStateVectorFromUpdate(first)) });
    expect(textOf(bytes((await reader.next('sv')).update))).toBe('');
    await writer.write('d', second);
    await reader.settle();
    expect(reader.received.unread).toEqual([]);
    reader.update('d', second);
    expect(await reader.nextFault()).toEqual(NOT_FOUND);
  });
});

describe('updates', () => {
  it('[JSON2] acknowledges each once, in order, and tells the others, not the sender', async () => {
    const { wsUrl } = await start();
    const [writer, reader] = [await JsonClient.open(wsUrl), await JsonClient.open(wsUrl)];
    await writer.sync('d');
    await reader.sync('d');
    const updates = insertions(...Array.from({ length: 50 }, (_, at) => `${at},`));
    for (const update of updates) writer.update('d', update);
    for (let at = 1; at <= updates.length; at++) {
      expect(await writer.nextOfAll()).toEqual({ type: 'ack', doc_id: 'd', data: { sequence_number: at } });
    }
    for (const [at, update] of updates.entries()) {
      const heard = await reader.nextOfAll();
      expect([heard.type, heard.doc_id, sequenceOf(heard), heard.update]).toEqual([
        'update',
        'd',
        at + 1,
        base64(update),
      ]);
    }
    await writer.settle();
    expect([...writer.received.unread, ...reader.received.unread]).toEqual([]);
  });

  it('[JSON2] [ROOM6] acknowledges one that changes nothing like any other, and passes it on to nobody', async () => {
    const { wsUrl } = await start();
    const [writer, reader] = [await JsonClient.open(wsUrl), await JsonClient.open(wsUrl)];
    await writer.sync('d');
    await reader.sync('d');
    const update = insertion('once');
    expect(await writer.write('d', update)).toBe(1);
    expect(await writer.write('d', update)).toBe(1);
    expect(await writer.write('d', Uint8Array.of(0, 0))).toBe(1);
    await reader.next('update');
    await reader.settle();
    expect(reader.received.unread).toEqual([]);
  });

  it('[ROOM1] [JSON2] acknowledges nothing before it is durable, also what repeats a pending update', async () => {
    const log = new GatedLog();
    const { wsUrl } = await start({}, { log });
    const [writer, reader] = [await JsonClient.open(wsUrl), await JsonClient.open(wsUrl)];
    await writer.sync('d');
    await reader.sync('d');
    log.shutGate('append');
    const update = insertion('late');
    writer.update('d', update);
    await reader.next('update');
    await log.reached('append');
    reader.update('d', update);
    await writer.settle();
    await reader.settle();
    expect([...writer.received.unread, ...reader.received.unread]).toEqual([]);
    log.openGate('append');
    expect(sequenceOf(await writer.next('ack'))).toBe(1);
    expect(sequenceOf(await reader.next('ack'))).toBe(1);
  });

  it('[ROOM2] [JSON8] acknowledges in the order of arrival across the documents of a socket', async () => {
    const { wsUrl } = await start();
    const client = await JsonClient.open(wsUrl);
    const documents = ['a', 'b/c', 'ü'];
    for (const each of documents) await client.sync(each);
    const sent: string[] = [];
    for (let at = 0; at < 60; at++) {
      const document = documents[(at * at) % 3] as string;
      client.update(document, insertion(`${at}`));
      sent.push(document);
    }
    const acknowledged: string[] = [];
    for (let at = 0; at < sent.length; at++) acknowledged.push((await client.next('ack')).doc_id as string);
    expect(acknowledged).toEqual(sent);
    await client.settle();
    expect(client.received.unread).toEqual([]);
  });

  it('[ROOM2] holds back the acknowledgement behind an update that waits, and gives it once that is refused', async () => {
    const { wsUrl } = await start({ GAP_TIMEOUT_MS: '50', ROOM_IDLE_MS: '200' });
    const client = await JsonClient.open(wsUrl);
    await client.sync('d');
    const [, gap] = insertions('first', 'second') as [Uint8Array, Uint8Array];
    client.update('d', gap);
    client.update('d', insertion('other'));
    expect((await client.nextOfAll()).type).toBe('error');
    expect(sequenceOf(await client.nextOfAll())).toBe(1);
  });
});

describe('join, leave and heartbeat', () => {
  it('[JSON4] [SES1] [SES4] answers with the active users, tells the others, and refuses a second join with 409', async () => {
    const { wsUrl } = await start();
    const [ann, bob] = [await JsonClient.open(wsUrl), await JsonClient.open(wsUrl)];
    const profile = { user_name: 'Ann', user_color: '#f00', user_metadata: { team: 'x', __proto__x: 'y' } };
    const alone = await ann.join('d', 'ann@example.org', profile);
    expect(alone.data?.active_users).toMatchObject([{ user_id: 'ann@example.org', ...profile }]);
    const both = (await bob.join('d', 'bob@example.org')).data?.active_users;
    expect(both).toMatchObject([{ user_name: 'Ann' }, { user_id: 'bob@example.org', user_name: 'bob' }]);
    expect((await ann.next('user_joined')).data).toMatchObject({ user_id: 'bob@example.org', user_name: 'bob' });
    bob.send({ doc_id: 'd', type: 'join', data: { user_id: 'bob@example.org' } });
    expect(await bob.nextFault()).toEqual({ code: 409, error_type: 'CONNECTION_ERROR' });
    bob.send({ doc_id: 'd', type: 'leave' });
    expect((await ann.next('user_left')).data).toMatchObject({ user_id: 'bob@example.org' });
    expect((await bob.join('d', 'bob@example.org')).data?.active_users).toHaveLength(2);
  });

  it('[SES5] a sync without a join is anonymous; a join later names the same session', async () => {
    const { wsUrl } = await start();
    const [ann, bob] = [await JsonClient.open(wsUrl), await JsonClient.open(wsUrl)];
    await ann.join('d', 'ann');
    await bob.sync('d');
    await ann.settle();
    expect(ann.received.unread).toEqual([]);
    expect((await bob.join('d', 'bob')).data?.active_users).toHaveLength(2);
    expect((await ann.next('user_joined')).data).toMatchObject({ user_id: 'bob' });
    bob.close();
    expect((await ann.next('user_left')).data).toMatchObject({ user_id: 'bob' });
  });

  it('[JSON5] leave ends the session; a heartbeat is answered with a heartbeat', async () => {
    const { wsUrl } = await start();
    const client = await JsonClient.open(wsUrl);
    client.send({ doc_id: 'd', type: 'heartbeat' });
    expect(await client.nextOfAll()).toEqual({ type: 'heartbeat' });
    await client.sync('d');
    client.send({ doc_id: 'd', type: 'leave' });
    client.update('d', insertion('x'));
    expect(await client.nextFault()).toEqual(NOT_FOUND);
    client.send({ doc_id: 'd', type: 'leave' });
    await client.settle();
    expect(client.received.unread).toEqual([]);
  });
});

describe('paths', () => {
  it('[JSON9] awareness is a JSON state, or base64 of a y-protocols awareness update', async () => {
    const { wsUrl } = await start();
    const [ann, bob] = [await JsonClient.open(wsUrl), await JsonClient.open(wsUrl)];
    await ann.sync('d');
    await bob.sync('d');
    ann.send({ doc_id: 'd', type: 'awareness', data: { cursor: 1 } });
    expect((await bob.next('awareness')).data).toMatchObject({ state: { cursor: 1 } });
    const state = Buffer.from('{"a":1}');
    ann.send({ doc_id: 'd', type: 'awareness', update: base64(Buffer.from([1, 7, 1, state.length, ...state])) });
    expect((await bob.next('awareness')).data).toEqual({ client_id: '7', state: { a: 1 } });
    await ann.settle();
    expect(ann.received.unread).toEqual([]);
  });

  it.each(['/ws', '/ws/', '/', '/ws/some/document'])('[JSON10] text frames are JSON on %s', async (path) => {
    const { wsUrl } = await start();
    const client = await JsonClient.open(wsUrl, path);
    await client.sync('d');
    expect(await client.write('d', insertion('x'))).toBe(1);
  });

  it('[JSON10] a binary frame on /ws closes the socket', async () => {
    const { wsUrl } = await start();
    const client = await JsonClient.open(wsUrl);
    client.ws.send(Buffer.from([0, 0, 1, 0]));
    expect(await client.closed).toBe(4400);
  });
});
