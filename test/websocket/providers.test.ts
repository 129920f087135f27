import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';
import { atEnd } from '../support/clean-up.ts';
import { JsonClient } from '../support/json-client.ts';
import { Editor, MAJORS } from '../support/providers.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { textOf } from '../support/updates.ts';

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
async function stored(server: RunningServer, name: string): Promise<string> {
  const client = await JsonClient.open(server.wsUrl);
  return textOf((await client.sync(name)).update);
}

describe.each(MAJORS)('provider %s', (major) => {
  it('[YWS9] syncs, converges with another one, and sees its state', async () => {
    const { wsUrl } = await start();
    const [ann, bob] = [new Editor(major, wsUrl, 'team/notes ü'), new Editor(major, wsUrl, 'team/notes ü')];
    await ann.synced();
    await bob.synced();
    ann.append('Hello');
    await bob.hasText('Hello');
    bob.append(' world');
    await ann.hasText('Hello world');
    ann.awareness.setLocalState({ user: { name: 'Ann' } });
    const sees = () =>
      [...bob.awareness.getStates().values()].some(({ user }) => (user as { name?: string })?.name === 'Ann');
    await bob.until('the state of Ann', sees);
    ann.destroy();
    await bob.until('no state of Ann', () => !sees());
  });

  it('[YWS9] finds back after a restart on the same port, with what was written while the server was gone', async () => {
    const log = new LastingLog();
    const first = await startServer({}, { log });
    const [ann, bob] = [new Editor(major, first.wsUrl, 'd'), new Editor(major, first.wsUrl, 'd')];
    await ann.synced();
    await bob.synced();
    ann.append('before ');
    await bob.hasText('before ');
    await first.stop();
    await ann.until('no connection', () => !ann.provider.wsconnected);
    ann.append('meanwhile ');
    const second = await start({ HTTP_ADDR: first.wsUrl.replace('ws://', '') }, { log });
    await bob.hasText('before meanwhile ');
    bob.append('after');
    await ann.hasText('before meanwhile after');
    expect(await stored(second, 'd')).toBe('before meanwhile after');
  });

  it('[YWS9] merges edits that both made offline', async () => {
    const { wsUrl } = await start();
    const [ann, bob] = [new Editor(major, wsUrl, 'd'), new Editor(major, wsUrl, 'd')];
    await ann.synced();
    await bob.synced();
    for (const each of [ann, bob]) each.provider.disconnect();
    ann.append('A');
    bob.append('B');
    for (const each of [ann, bob]) each.provider.connect();
    await ann.until('both', () => ann.text.length === 2);
    await bob.until('both', () => bob.text.length === 2);
    expect(ann.text).toBe(bob.text);
  });

  it('[YWS2] gets what it lacks with each resynchronisation', async () => {
    const { wsUrl } = await start();
    const ann = new Editor(major, wsUrl, 'd', { resyncInterval: 20 });
    await ann.synced();
    const bob = await JsonClient.open(wsUrl);
    await bob.sync('d');
    const socket = (ann.provider as unknown as { ws: { onmessage: (event: { data: ArrayBuffer }) => void } }).ws;
    const receive = socket.onmessage;
    // The frame that brings the update is lost; only an answer to a later step 1 can bring it again.
    socket.onmessage = (event) => {
      if (new Uint8Array(event.data)[1] !== 2) receive(event);
    };
    await bob.write('d', Y.encodeStateAsUpdate(withText('missed')));
    await ann.hasText('missed');
  });
});

describe('provider 4', () => {
  it('[YWS3] [YWS9] gets its own update back, and every other one, exactly once', async () => {
    const { wsUrl } = await start();
    const ann = new Editor('4', wsUrl, 'd');
    await ann.synced();
    const updates: number[] = [];
    const socket = (ann.provider as unknown as { ws: { onmessage: (event: { data: ArrayBuffer }) => void } }).ws;
    const receive = socket.onmessage;
    const echoes = new Promise<void>((resolve) => {
      socket.onmessage = (event) => {
        const frame = new Uint8Array(event.data);
        receive(event);
        if (frame[0] === 0 && frame[1] === 2 && updates.push(frame.length) === 3) resolve();
      };
    });
    for (const each of ['a', 'b', 'c']) ann.append(each);
    await echoes;
    expect(await stored({ wsUrl } as RunningServer, 'd')).toBe('abc');
  });
});

function withText(text: string): Y.Doc {
  const doc = new Y.Doc();
  doc.getText('t').insert(0, text);
  return doc;
}
