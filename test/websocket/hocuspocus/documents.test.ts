import { describe, expect, it } from 'vitest';
import { atEnd } from '../../support/clean-up.ts';
import { HocuspocusClient, readFrame } from '../../support/hocuspocus-client.ts';
import { JsonClient } from '../../support/json-client.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { startServer } from '../../support/server.ts';
import { insertion, textOf } from '../../support/updates.ts';
import { YWebsocketClient } from '../../support/y-websocket-client.ts';

async function start(...args: Parameters<typeof startServer>) {
  const server = await startServer(...args);
  atEnd(() => server.stop());
  return server;
}

const STATE = { clientId: 5, clock: 3, state: '{"user":{"name":"Ann"}}' };

describe('opening a document', () => {
  it.each(['/ws', '/ws/', '/', '/ws?x=1'])('[HOC1] is done by a frame on %s', async (path) => {
    const { wsUrl } = await start();
    const client = await HocuspocusClient.open(wsUrl, path);
    expect(await client.authenticate('d')).toBe('read-write');
    expect(await client.write('d', insertion('here'))).toBe('1');
    const json = await JsonClient.open(wsUrl);
    expect(textOf((await json.sync('d')).update)).toBe('here');
  });

  it('[HOC2] is answered with the scope, then all awareness states, and step 1 with step 1 and step 2', async () => {
    const { wsUrl } = await start();
    const other = await HocuspocusClient.join(wsUrl, 'd');
    other.awareness('d', STATE);
    await other.next('awareness');
    await other.write('d', insertion('text'));
    const client = await HocuspocusClient.open(wsUrl);
    client.token('d');
    client.step1('d');
    const kinds = ['authenticated', 'awareness', 'step1', 'step2'];
    for (const kind of kinds) expect((await client.nextOfAll()).kind).toBe(kind);
    for (let round = 0; round < 3; round++) expect(textOf(await client.sync('d'))).toBe('text');
    expect(client.unread).toEqual([]);
  });

  it('[HOC3] is done by the first frame where nobody has to show a token, whatever it is', async () => {
    const { wsUrl } = await start();
    const client = await HocuspocusClient.open(wsUrl);
    client.step1('a');
    client.update('b', insertion('early'));
    client.awareness('c', STATE);
    client.send(Uint8Array.of(1, 0x65, 3));
    expect((await client.next('step2', 'a')).name).toBe('a');
    expect((await client.next('status', 'b')).text).toBe('1');
    expect((await client.next('awareness', 'c')).bytes.length).toBeGreaterThan(1);
    await client.next('awareness', 'e');
    for (const name of ['a', 'b', 'c', 'e']) expect((await client.next('authenticated', name)).text).toBe('read-write');
    expect(client.unread).toContain('a step1');
  });

  it('[HOC4] is done for many documents on one socket, which know nothing of one another', async () => {
    const { wsUrl } = await start();
    const names = Array.from({ length: 150 }, (_, at) => `doc ${at}`);
    const [ann, bob] = [await HocuspocusClient.open(wsUrl), await HocuspocusClient.open(wsUrl)];
    for (const name of names) ann.token(name);
    for (const name of names) bob.step1(name);
    for (const name of names) await ann.next('authenticated', name);
    for (const name of names) await bob.next('step2', name);
    for (const name of names) ann.update(name, insertion(name));
    for (const name of names) {
      expect((await ann.next('status', name)).text).toBe('1');
      expect(textOf((await bob.next('update', name)).bytes)).toBe(name);
    }
    expect(ann.unread).toEqual([]);
  });

  it('[HOC22] is refused for a name that is none; the socket goes on', async () => {
    const { wsUrl } = await start();
    const client = await HocuspocusClient.open(wsUrl);
    for (const name of ['x'.repeat(300), 'd\u0000', 'a\u0001b']) {
      client.token(name);
      await client.next('denied', name);
    }
    expect(await client.authenticate('d')).toBe('read-write');
  });

  it('[HOC22] of a blank name is refused, and ends the socket: it is of another protocol', async () => {
    const { wsUrl } = await start();
    const client = await HocuspocusClient.open(wsUrl);
    client.token(' ');
    await client.next('denied', ' ');
    expect(await client.closed).toBe(4400);
  });

  it('[HOC4] is refused past the documents that a socket may have; the others go on', async () => {
    const { wsUrl } = await start({ MAX_SESSIONS_PER_CONNECTION: '2' });
    const client = await HocuspocusClient.open(wsUrl);
    for (const name of ['a', 'b']) await client.authenticate(name);
    client.token('c');
    await client.next('denied', 'c');
    expect(await client.write('b', insertion('x'))).toBe('1');
    client.close('a');
    expect(await client.authenticate('c')).toBe('read-write');
  });
});

describe('closing a document', () => {
  it('[HOC5] ends it and no other; the others see its states go', async () => {
    const { wsUrl } = await start();
    const [ann, bob] = [await HocuspocusClient.join(wsUrl, 'd'), await HocuspocusClient.join(wsUrl, 'd')];
    await ann.authenticate('other');
    ann.awareness('d', STATE);
    await bob.next('awareness');
    ann.close('d');
    expect(Buffer.from((await bob.next('awareness')).bytes).toString()).toContain('null');
    expect(await ann.write('other', insertion('x'))).toBe('1');
    await bob.write('d', insertion('after'));
    await ann.sync('other');
    expect(ann.unread).toEqual(['d awareness']);
  });

  it('[HOC5] is not undone by a message that says nothing, which version 2 sends behind it', async () => {
    const { wsUrl, httpUrl } = await start();
    const client = await HocuspocusClient.join(wsUrl, 'd');
    await client.write('d', insertion('x'));
    client.close('d');
    client.awareness('d', { ...STATE, state: 'null' });
    client.close('d');
    await client.authenticate('other');
    const report = (await (await fetch(`${httpUrl}/health`)).json()) as { sessions: number };
    expect(report.sessions).toBe(1);
    expect(client.unread).toEqual([]);
  });

  it('[HOC5] leaves nothing behind for one that is opened again', async () => {
    const { wsUrl } = await start();
    const client = await HocuspocusClient.join(wsUrl, 'd');
    client.update('d', insertion('x'));
    client.close('d');
    await client.authenticate('d');
    expect(textOf(await client.sync('d'))).toBe('x');
    await client.write('d', insertion('y'));
    // A second status would be taken for one of the new session; the update was news to it.
    expect(client.unread).toEqual(['d update']);
  });

  it('[SES3] [HOC5] all of them end with the socket', async () => {
    const { wsUrl } = await start();
    const [json, client] = [await JsonClient.open(wsUrl), await HocuspocusClient.open(wsUrl)];
    for (const name of ['a', 'b']) {
      await json.join(name, 'watcher');
      await client.authenticate(name);
      client.awareness(name, STATE);
      await json.next('user_joined');
    }
    client.ws.terminate();
    for (const name of ['a', 'b']) await json.next('user_left', (each) => each.doc_id === name);
  });
});

describe('sessions of one document on one socket', () => {
  it('[HOC6] are connections of their own: what one does reaches the other under its own name', async () => {
    const { wsUrl } = await start();
    const client = await HocuspocusClient.open(wsUrl);
    const [one, two] = ['d\u0000one', 'd\u0000two'];
    for (const name of [one, two, 'd']) await client.authenticate(name, '', '4.0.0');
    expect(await client.write(one, insertion('x'))).toBe('1');
    expect(textOf((await client.next('update', two)).bytes)).toBe('x');
    expect(textOf((await client.next('update', 'd')).bytes)).toBe('x');
    client.awareness(two, STATE);
    for (const name of [one, two, 'd']) await client.next('awareness', name);
    client.close(two);
    for (const name of [one, 'd']) await client.next('awareness', name);
    expect(await client.write('d', insertion('y'))).toBe('1');
    await client.next('update', one);
    expect(client.unread).toEqual([]);
  });

  it('[HOC6] [SES3] that claim the same Yjs clientID all end with the socket', async () => {
    const { wsUrl, httpUrl } = await start();
    const client = await HocuspocusClient.open(wsUrl);
    for (const [at, name] of ['d\u0000one', 'd\u0000two'].entries()) {
      await client.authenticate(name);
      client.awareness(name, { ...STATE, clock: at + 1 });
      await client.next('awareness', name);
    }
    const other = await HocuspocusClient.join(wsUrl, 'd');
    await other.next('awareness');
    client.ws.terminate();
    await other.next('awareness');
    const report = (await (await fetch(`${httpUrl}/documents/d`)).json()) as { active_users: unknown[] };
    expect(report.active_users).toEqual([]);
  });
});

describe('presence', () => {
  it('[HOC7] names the session by the state of its user, at every door', async () => {
    const { wsUrl, httpUrl } = await start();
    const json = await JsonClient.open(wsUrl);
    await json.join('d', 'watcher');
    const client = await HocuspocusClient.join(wsUrl, 'd');
    client.awareness('d', STATE);
    expect(await json.next('user_joined')).toMatchObject({ data: { user_name: 'Ann', client_id: '5' } });
    expect(await json.next('awareness')).toMatchObject({ data: { state: { user: { name: 'Ann' } } } });
    const report = (await (await fetch(`${httpUrl}/documents/d`)).json()) as { active_users: { user_name: string }[] };
    expect(report.active_users.map(({ user_name }) => user_name)).toEqual(['watcher', 'Ann']);
  });

  it('[HOC7] is told when it is asked for', async () => {
    const { wsUrl } = await start();
    const client = await HocuspocusClient.join(wsUrl, 'd');
    client.send(Uint8Array.of(1, 0x64, 3));
    expect([...(await client.next('awareness')).bytes]).toEqual([0]);
  });
});

describe('liveness', () => {
  it('[HOC8] a ping is answered with a pong; no ping is ever sent', async () => {
    const { wsUrl } = await start();
    const client = await HocuspocusClient.open(wsUrl);
    client.send(Uint8Array.of(9));
    expect((await client.nextOfAll()).kind).toBe('pong');
    client.send(Uint8Array.of(10));
    await client.authenticate('d');
    expect(client.unread).toEqual([]);
  });

  it('[HOC8] an idle socket hears a frame at least every 15 s', async () => {
    const clock = new ManualClock();
    const { wsUrl } = await start({ COMMIT_WINDOW_MS: '0' }, { clock });
    const client = await HocuspocusClient.join(wsUrl, 'd');
    for (let round = 0; round < 3; round++) {
      clock.advance(15_000);
      expect([...(await client.nextOfAll()).bytes]).toEqual([0]);
    }
  });
});

describe('other doors', () => {
  it('[HOC9] [ROOM3] hear its updates, and it hears theirs', async () => {
    const { wsUrl } = await start();
    const client = await HocuspocusClient.join(wsUrl, 'd');
    const provider = await YWebsocketClient.join(wsUrl, 'd');
    const json = await JsonClient.open(wsUrl);
    await json.sync('d');
    await client.write('d', insertion('H'));
    await provider.next([0, 2]);
    await json.next('update');
    await provider.write(insertion('Y'));
    expect(textOf((await client.next('update')).bytes)).toBe('Y');
    await json.next('update');
    await json.write('d', insertion('J'));
    expect(textOf((await client.next('update')).bytes)).toBe('J');
    expect(client.unread).toEqual([]);
  });

  it('[HOC9] one socket may speak JSON in text frames too', async () => {
    const { wsUrl } = await start();
    const client = await HocuspocusClient.open(wsUrl);
    client.ws.removeAllListeners('message');
    const texts: string[] = [];
    client.ws.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) client.received.push(readFrame(data));
      else texts.push(data.toString());
    });
    client.ws.send(JSON.stringify({ type: 'sync', doc_id: 'd' }));
    await client.authenticate('d');
    expect(await client.write('d', insertion('x'))).toBe('1');
    expect(texts.map((text) => (JSON.parse(text) as { type: string }).type)).toEqual(['sync', 'update']);
  });
});
