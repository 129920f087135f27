import { describe, expect, it } from 'vitest';
import type { Access } from '../../../src/application/ports/authenticator.ts';
import { MemoryUpdateLog } from '../../../src/infrastructure/stores/memory/memory-update-log.ts';
import { GatedLog } from '../../grpc/support/gated-log.ts';
import { atEnd } from '../../support/clean-up.ts';
import { HOCUSPOCUS_MAJORS, HocuspocusEditor, hocuspocusSocket } from '../../support/hocuspocus-editor.ts';
import { JsonClient } from '../../support/json-client.ts';
import { everybodyMay, holdersOf } from '../../support/principals.ts';
import { Editor } from '../../support/providers.ts';
import { type RunningServer, startServer } from '../../support/server.ts';
import { textOf } from '../../support/updates.ts';
import { YSweetEditor } from '../../support/y-sweet-editor.ts';

async function start(...args: Parameters<typeof startServer>): Promise<RunningServer> {
  const server = await startServer(...args);
  atEnd(() => server.stop());
  return server;
}

/** A log that outlives the server that closes it, as a disk does. */
class LastingLog extends MemoryUpdateLog {
  override async close(): Promise<void> {
    // What it holds is what the next server finds.
  }
}

/** What is stored of the document, as somebody sees it who has nothing. */
async function stored({ wsUrl }: RunningServer, name: string): Promise<string> {
  const client = await JsonClient.open(wsUrl);
  return textOf((await client.sync(name)).update);
}

const sees = (editor: HocuspocusEditor, name: string) => () =>
  [...editor.provider.awareness.getStates().values()].some(
    ({ user }) => (user as { name?: string } | undefined)?.name === name,
  );

describe.each(HOCUSPOCUS_MAJORS)('Hocuspocus provider %s', (major) => {
  it('[HOC30] syncs, converges with another one, and sees its state', async () => {
    const { wsUrl } = await start();
    const ann = HocuspocusEditor.alone(major, wsUrl, 'team/notes ü');
    const bob = HocuspocusEditor.alone(major, wsUrl, 'team/notes ü');
    await ann.saved();
    await bob.saved();
    ann.append('Hello');
    await bob.hasText('Hello');
    bob.append(' world');
    await ann.hasText('Hello world');
    await ann.saved();
    ann.provider.awareness.setLocalState({ user: { name: 'Ann' } });
    await bob.until('the state of Ann', sees(bob, 'Ann'));
    ann.destroy();
    await bob.until('no state of Ann', () => !sees(bob, 'Ann')());
  });

  it('[HOC30] [HOC10] has unsynced changes until they are durable', async () => {
    const log = new GatedLog();
    const server = await start({}, { log });
    const ann = HocuspocusEditor.alone(major, server.wsUrl, 'd');
    await ann.saved();
    log.shutGate('append');
    for (const text of ['a', 'b', 'c']) ann.append(text);
    await log.reached('append');
    const bob = HocuspocusEditor.alone(major, server.wsUrl, 'd');
    await bob.hasText('abc');
    expect(ann.unsynced).toBe(3);
    log.openGate('append');
    await ann.saved();
    await bob.saved();
    expect(ann.unsynced).toBe(0);
    expect(await stored(server, 'd')).toBe('abc');
  });

  it('[HOC30] has many documents on one socket, each on its own', async () => {
    const { wsUrl } = await start();
    const names = Array.from({ length: 12 }, (_, at) => `doc ${at}`);
    const editorsOf = () => {
      const socket = hocuspocusSocket(major, wsUrl);
      return names.map((name) => new HocuspocusEditor(major, socket, name));
    };
    const [ann, bob] = [editorsOf(), editorsOf()];
    for (const each of [...ann, ...bob]) await each.synced();
    for (const [at, each] of ann.entries()) each.append(`${at}`);
    for (const [at, each] of bob.entries()) await each.hasText(`${at}`);
    for (const each of ann) await each.saved();
    ann[0]?.destroy();
    ann[1]?.append(' goes on');
    await bob[1]?.hasText('1 goes on');
  });

  it('[HOC30] finds back after a restart on the same port, with what was written while the server was gone', async () => {
    const log = new LastingLog();
    const first = await startServer({}, { log });
    const ann = HocuspocusEditor.alone(major, first.wsUrl, 'd');
    const bob = HocuspocusEditor.alone(major, first.wsUrl, 'd');
    await ann.saved();
    await bob.saved();
    ann.append('before ');
    await bob.hasText('before ');
    await first.stop();
    await ann.until('no connection', () => !ann.provider.synced);
    ann.append('meanwhile ');
    const second = await start({ HTTP_ADDR: first.wsUrl.replace('ws://', '') }, { log });
    await bob.hasText('before meanwhile ');
    bob.append('after');
    await ann.hasText('before meanwhile after');
    await ann.saved();
    await bob.saved();
    expect(await stored(second, 'd')).toBe('before meanwhile after');
  });

  it('[HOC30] merges edits that both made offline', async () => {
    const { wsUrl } = await start();
    const ann = HocuspocusEditor.alone(major, wsUrl, 'd');
    const bob = HocuspocusEditor.alone(major, wsUrl, 'd');
    await ann.saved();
    await bob.saved();
    for (const each of [ann, bob]) each.socket.disconnect();
    for (const each of [ann, bob]) await each.until('no connection', () => each.socket.status === 'disconnected');
    ann.append('A');
    bob.append('B');
    for (const each of [ann, bob]) void each.socket.connect();
    for (const each of [ann, bob]) await each.until('both', () => each.text.length === 2);
    expect(ann.text).toBe(bob.text);
    await ann.saved();
    await bob.saved();
  });

  it('[HOC30] [HOC13] reads only, where it may do no more', async () => {
    let access: Access = 'write';
    const server = await start({}, { authenticator: everybodyMay(() => access) });
    const writer = HocuspocusEditor.alone(major, server.wsUrl, 'd', { token: 'any' });
    await writer.saved();
    writer.append('for all');
    access = 'read';
    const reader = HocuspocusEditor.alone(major, server.wsUrl, 'd', { token: 'any' });
    await reader.saved();
    await reader.hasText('for all');
    expect(reader.provider.authorizedScope).toBe('readonly');
    reader.provider.awareness.setLocalState({ user: { name: 'Reader' } });
    await writer.until('the state of the reader', sees(writer, 'Reader'));
    reader.append('mine');
    writer.append('!');
    await reader.until('the update', () => reader.text.includes('!'));
    expect(reader.unsynced).toBe(1);
    expect(writer.text).toBe('for all!');
  });

  it('[HOC30] [HOC16] is refused one document, and has another on the same socket', async () => {
    const accessTo = ({ value }: { value: string }): Access => (value === 'mine' ? 'write' : 'none');
    const { wsUrl } = await start({}, { authenticator: holdersOf({ ann: { subject: 'ann', accessTo } }) });
    const socket = hocuspocusSocket(major, wsUrl);
    const refused = new HocuspocusEditor(major, socket, 'not mine', { token: 'ann' });
    const mine = new HocuspocusEditor(major, socket, 'mine', { token: async () => 'ann' });
    await mine.saved();
    await refused.wasTold('denied You may not open this document.');
    mine.append('x');
    await mine.saved();
    expect(refused.provider.isAuthenticated).toBe(false);
  });

  it('[HOC30] [HOC25] [HOC26] sends and gets stateless messages', async () => {
    const { wsUrl, httpUrl } = await start();
    const ann = HocuspocusEditor.alone(major, wsUrl, 'd');
    const bob = HocuspocusEditor.alone(major, wsUrl, 'd');
    await ann.synced();
    await bob.synced();
    ann.provider.sendStateless('{"from":"ann"}');
    await bob.wasTold('stateless {"from":"ann"}');
    await fetch(`${httpUrl}/documents/d/stateless`, { method: 'POST', body: 'from the server' });
    await ann.wasTold('stateless from the server');
    await bob.wasTold('stateless from the server');
    expect(ann.told.filter((each) => each.includes('ann'))).toEqual([]);
  });
});

describe.each(['3', '4'] as const)('Hocuspocus provider %s', (major) => {
  it('[HOC30] [HOC18] is asked for a newer token before its own expires', async () => {
    const first = { subject: 'ann', expiresAt: Date.now() + 20_000 };
    const authenticator = holdersOf({ first, second: { subject: 'ann', accessTo: () => 'read' } });
    // A short ping makes the server look around often.
    const { wsUrl } = await start({ PING_INTERVAL_MS: '3000' }, { authenticator });
    const tokens = ['first', 'second'];
    const ann = HocuspocusEditor.alone(major, wsUrl, 'd', { token: async () => tokens.shift() ?? 'second' });
    await ann.saved();
    await ann.until('the second scope', () => ann.provider.authorizedScope === 'readonly');
    expect(ann.told.filter((each) => each !== 'authenticated')).toEqual([]);
  });

  it('[HOC30] [HOC17] shows a newer token whenever it wants to', async () => {
    const authenticator = holdersOf({ one: { subject: 'ann', accessTo: () => 'read' }, two: { subject: 'ann' } });
    const { wsUrl } = await start({}, { authenticator });
    const tokens = ['one', 'two'];
    const ann = HocuspocusEditor.alone(major, wsUrl, 'd', { token: () => tokens.shift() ?? '' });
    await ann.saved();
    expect(ann.provider.authorizedScope).toBe('readonly');
    await ann.provider.sendToken?.();
    await ann.until('the right to write', () => ann.provider.authorizedScope === 'read-write');
    ann.append('now');
    await ann.saved();
  });
});

describe('Hocuspocus provider 4', () => {
  it('[HOC30] [HOC6] has several sessions of a document on one socket', async () => {
    const server = await start();
    const socket = hocuspocusSocket('4', server.wsUrl);
    const [one, two] = [0, 1].map(() => new HocuspocusEditor('4', socket, 'd', { sessionAwareness: true }));
    await one?.saved();
    await two?.saved();
    one?.append('both');
    await two?.hasText('both');
    await one?.saved();
    one?.provider.awareness.setLocalState({ user: { name: 'One' } });
    if (two !== undefined) await two.until('the state of the other', sees(two, 'One'));
    expect(await stored(server, 'd')).toBe('both');
  });
});

describe('providers of all kinds', () => {
  it('[HOC31] [HOC9] converge in one document', async () => {
    const server = await start();
    const { wsUrl, httpUrl } = server;
    const hocuspocus = HOCUSPOCUS_MAJORS.map((major) => HocuspocusEditor.alone(major, wsUrl, 'd'));
    const yWebsocket = new Editor('3', wsUrl, 'd');
    const authorize = async () => (await fetch(`${httpUrl}/doc/d/auth`, { method: 'POST' })).json();
    const ySweet = new YSweetEditor('d', authorize as never);
    for (const each of hocuspocus) await each.saved();
    await yWebsocket.synced();
    await ySweet.connected();
    const editors = [...hocuspocus, yWebsocket, ySweet];
    for (const [at, each] of editors.entries()) each.append(`${at}`);
    for (const each of editors) await each.until('everything', () => each.text.length === editors.length);
    const texts = new Set(editors.map(({ text }) => text));
    expect(texts.size).toBe(1);
    for (const each of hocuspocus) await each.saved();
    await ySweet.saved();
    expect(texts).toContain(await stored(server, 'd'));
  });
});
