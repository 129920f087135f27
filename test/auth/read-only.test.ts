import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { GrpcClient, type Stream } from '../grpc/support/client.ts';
import { atEnd } from '../support/clean-up.ts';
import { JsonClient } from '../support/json-client.ts';
import { Editor, MAJORS } from '../support/providers.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { insertion, textOf } from '../support/updates.ts';
import { DENIED, UPDATE, YWebsocketClient } from '../support/y-websocket-client.ts';
import { READ_ALL, SECRET, tokenOf, WRITE_ALL } from './support/tokens.ts';

interface Scene {
  readonly server: RunningServer;
  readonly reader: string;
  readonly writer: string;
  /** What the document holds. */
  text(): Promise<string>;
}

async function scene(): Promise<Scene> {
  const server = await startServer({ AUTH_SECRET: SECRET });
  atEnd(() => server.stop());
  const reader = await tokenOf({ sub: 'rita', grants: READ_ALL });
  const writer = await tokenOf({ sub: 'will', grants: WRITE_ALL });
  const text = async () => {
    const client = await JsonClient.open(server.wsUrl, `/ws?token=${writer}`);
    return textOf((await client.sync('d')).update);
  };
  return { server, reader, writer, text };
}

/** A document with a deletion, as most have one. */
function written(): { readonly doc: Y.Doc; readonly update: Uint8Array } {
  const doc = new Y.Doc();
  doc.getText('t').insert(0, 'hello world');
  doc.getText('t').delete(5, 6);
  return { doc, update: Y.encodeStateAsUpdate(doc) };
}

function stream(server: RunningServer, token: string): Stream {
  const client = new GrpcClient(server.grpcAddress, `Bearer ${token}`);
  atEnd(() => client.close());
  const opened = client.open();
  atEnd(() => opened.call.cancel());
  return opened;
}

describe.each(MAJORS)('a reader with the real provider %s', (major) => {
  it('[READ1] [READ2] syncs, sees and is seen, and changes nothing; what it wrote stays with it', async () => {
    const { server, reader, writer, text } = await scene();
    const will = new Editor(major, server.wsUrl, 'd', { params: { token: writer } });
    const rita = new Editor(major, server.wsUrl, 'd', { params: { token: reader } });
    await will.synced();
    await rita.synced();
    will.append('hello');
    await rita.hasText('hello');
    rita.awareness.setLocalState({ user: { name: 'Rita' } });
    await will.until('the reader', () => will.awareness.getStates().get(rita.doc.clientID)?.user !== undefined);
    rita.append(' from rita');
    will.append(' again');
    await rita.until('both', () => rita.text.includes(' again'));
    expect(will.text).toBe('hello again');
    expect(await text()).toBe('hello again');
    expect(rita.provider.wsconnected).toBe(true);
  });

  it('[READ3] one that has the document already connects again without a fault', async () => {
    const { server, reader, writer } = await scene();
    const will = new Editor(major, server.wsUrl, 'd', { params: { token: writer } });
    will.append('hello world');
    will.content.delete(5, 6);
    await will.synced();
    const rita = new Editor(major, server.wsUrl, 'd', { params: { token: reader } });
    await rita.hasText('hello');
    const ws = (
      rita.provider as unknown as {
        ws: { addEventListener(type: string, listen: (event: { data: ArrayBuffer }) => void): void };
      }
    ).ws;
    const denied: number[] = [];
    ws.addEventListener('message', ({ data }) => {
      const [type = 0] = new Uint8Array(data);
      if (type === 2) denied.push(type);
    });
    rita.provider.disconnect();
    rita.provider.connect();
    await rita.until('an end', () => !rita.provider.synced);
    await rita.synced();
    will.append('!');
    await rita.hasText('hello!');
    expect(denied).toEqual([]);
  });
});

describe('a reader', () => {
  it('[READ2] of y-websocket: an update and a step 2 that add something get the auth message, and the socket stays', async () => {
    const { server, reader, text } = await scene();
    const client = await YWebsocketClient.join(server.wsUrl, `d?token=${reader}`);
    client.update(insertion('x'));
    await client.next(DENIED);
    client.step2(insertion('y'));
    await client.next(DENIED);
    await client.sync();
    expect(await text()).toBe('');
  });

  it.each(['update', 'step2'] as const)('[READ3] of y-websocket: a %s that adds nothing is echoed', async (form) => {
    const { server, reader, writer } = await scene();
    const { update } = written();
    const will = await YWebsocketClient.join(server.wsUrl, `d?token=${writer}`);
    await will.write(update);
    const rita = await YWebsocketClient.join(server.wsUrl, `d?token=${reader}`);
    for (const repeated of [update, Uint8Array.of(0, 0)]) {
      rita[form](repeated);
      await rita.next(UPDATE, (frame) => frame.subarray(-repeated.length).equals(repeated));
    }
    expect(rita.received.unread.some((frame) => frame[0] === DENIED[0])).toBe(false);
  });

  it('[READ2] [READ3] of JSON: 403 for what adds something, an ack for what does not, in order', async () => {
    const { server, reader, writer, text } = await scene();
    const { update } = written();
    const will = await JsonClient.open(server.wsUrl, `/ws?token=${writer}`);
    await will.sync('d');
    await will.write('d', update);
    const rita = await JsonClient.open(server.wsUrl, `/ws?token=${reader}`);
    await rita.join('d', 'rita');
    await will.next('user_joined');
    rita.update('d', update);
    rita.update('d', insertion('x'));
    rita.update('d', update);
    const answers = [await rita.nextOfAll(), await rita.nextOfAll(), await rita.nextOfAll()];
    expect(answers.map(({ type, data }) => [type, data?.sequence_number ?? data?.code])).toEqual([
      ['ack', 1],
      ['error', 403],
      ['ack', 1],
    ]);
    rita.send({ doc_id: 'd', type: 'awareness', data: { cursor: 1 } });
    await will.next('awareness');
    expect(await text()).toBe('hello');
  });

  it('[READ2] a deletion adds something, and so does half of something new', async () => {
    const { server, reader, writer, text } = await scene();
    const { doc, update } = written();
    const will = await JsonClient.open(server.wsUrl, `/ws?token=${writer}`);
    await will.sync('d');
    await will.write('d', update);
    const rita = await JsonClient.open(server.wsUrl, `/ws?token=${reader}`);
    await rita.sync('d');
    doc.getText('t').delete(0, 1);
    rita.update('d', Y.encodeStateAsUpdate(doc));
    expect(await rita.nextFault()).toMatchObject({ code: 403 });
    doc.getText('t').insert(0, 'J');
    rita.update('d', Y.encodeStateAsUpdate(doc));
    expect(await rita.nextFault()).toMatchObject({ code: 403 });
    rita.update('d', Uint8Array.of(1, 2, 3));
    expect(await rita.nextFault()).toMatchObject({ code: 400 });
    expect(await text()).toBe('hello');
  });

  it('[READ2] what needs something that is missing adds something: it does not wait for the gap to be filled', async () => {
    const { server, reader, writer, text } = await scene();
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    doc.getText('t').insert(0, 'a');
    doc.getText('t').insert(1, 'b');
    const rita = await JsonClient.open(server.wsUrl, `/ws?token=${reader}`);
    await rita.sync('d');
    rita.update('d', updates[1]!);
    expect(await rita.nextFault()).toMatchObject({ code: 403 });
    const will = await JsonClient.open(server.wsUrl, `/ws?token=${writer}`);
    await will.sync('d');
    await will.write('d', updates[0]!);
    expect(await text()).toBe('a');
  });

  it('[READ2] [READ3] of gRPC: 403 for what adds something, an acknowledgement for what does not', async () => {
    const { server, reader, writer, text } = await scene();
    const { update } = written();
    const will = stream(server, writer);
    await will.join('d', 'w', { user_id: 'will' });
    await will.write('d', 'w', update);
    const rita = stream(server, reader);
    const state = await rita.join('d', 'r', { user_id: 'rita' });
    expect(textOf(state.document_data)).toBe('hello');
    rita.update('d', 'r', insertion('x'));
    expect(await rita.takeError()).toEqual([403, 'AUTHORIZATION_ERROR']);
    expect(await rita.write('d', 'r', update)).toBe(1);
    await will.take('user_joined');
    rita.send('d', 'r', { awareness: { awareness_state: '{"cursor":1}', user_info: '{}' } });
    expect((await will.take('awareness')).awareness_state).toBe('{"cursor":1}');
    expect(await text()).toBe('hello');
  });

  it('[READ1] of HTTP: sees who is in a document', async () => {
    const { server, reader, writer } = await scene();
    const will = await JsonClient.open(server.wsUrl, `/ws?token=${writer}`);
    await will.join('d', 'will');
    const response = await fetch(`${server.httpUrl}/documents/d?token=${reader}`);
    expect(await response.json()).toMatchObject({ active_users: [{ user_id: 'will' }] });
  });

  it('[READ3] a repetition is acknowledged once what it repeats is durable', async () => {
    const { server, reader, writer } = await scene();
    const will = await YWebsocketClient.join(server.wsUrl, `d?token=${writer}`);
    const rita = await YWebsocketClient.join(server.wsUrl, `d?token=${reader}`);
    const update = insertion('hello');
    will.update(update);
    await rita.next(UPDATE);
    rita.step2(update);
    await rita.next(UPDATE);
  });
});
