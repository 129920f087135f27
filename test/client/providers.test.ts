import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Access, Authenticator } from '../../src/application/ports/authenticator.ts';
import type { Overrides } from '../../src/application/runtime/container.ts';
import { CollaborationError } from '../../src/domain/errors.ts';
import { GatedLog } from '../grpc/support/gated-log.ts';
import { atEnd } from '../support/clean-up.ts';
import { Editor } from '../support/providers.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { insertion } from '../support/updates.ts';
import { Client, KINDS } from './support/scene.ts';

async function start(overrides: Overrides = {}, environment = {}): Promise<RunningServer> {
  const server = await startServer({ COMMIT_WINDOW_MS: '0', ...environment }, overrides);
  atEnd(() => server.stop());
  return server;
}

/** Knows the tokens it is told of, and what each may. */
function tokens(known: ReadonlyMap<string, Access>, asked: (string | undefined)[] = []): Authenticator {
  return {
    authenticate: ({ token }) => {
      asked.push(token);
      const access = token === undefined ? undefined : known.get(token);
      if (access === undefined)
        return Promise.reject(new CollaborationError('unauthenticated', 'The token is not known.'));
      return Promise.resolve({ subject: token, accessTo: () => access });
    },
  };
}

describe.each(KINDS)('%s', (kind) => {
  it('[SDK1] brings the document, and sends what is edited, to clients of every kind', async () => {
    const server = await start();
    const [one, two, three] = [
      await Client.synced(kind, server),
      await Client.synced('WebSocketProvider', server),
      await Client.synced('GrpcProvider', server),
    ];
    const old = new Editor('3', server.wsUrl, 'd');
    await old.synced();
    one.append('one ');
    await Promise.all([two, three].map((each) => each.hasText('one ')));
    three.append('three ');
    await two.hasText('one three ');
    two.append('two ');
    await old.hasText('one three two ');
    old.append('old');
    await Promise.all([one, two, three].map((each) => each.hasText('one three two old')));
  });

  it('[SDK2] is saved when the last update is on disk, and not a moment earlier', async () => {
    const log = new GatedLog();
    const server = await start({ log });
    const client = await Client.synced(kind, server);
    const reader = await Client.synced('WebSocketProvider', server);
    expect(client.provider.saved).toBe(true);
    log.shutGate('append');
    client.append('a');
    expect(client.provider.saved).toBe(false);
    await log.reached('append');
    await reader.hasText('a');
    expect(client.provider.saved).toBe(false);
    const saved = client.provider.whenSaved();
    log.openGate('append');
    await saved;
    expect(client.provider.saved).toBe(true);
    expect(client.savedStates).toEqual([false, true]);
    expect(reader.savedStates).toEqual([]);
  });

  it('[SDK2] a deletion is saved when it is on disk', async () => {
    const server = await start();
    const client = await Client.synced(kind, server);
    client.append('abc');
    await client.provider.whenSaved();
    client.doc.getText('t').delete(1, 1);
    expect(client.provider.saved).toBe(false);
    await client.provider.whenSaved();
    const late = await Client.synced(kind, server);
    expect(late.text).toBe('ac');
  });

  it('[SDK3] merges what is made in one tick into one update', async () => {
    const server = await start();
    const client = await Client.synced(kind, server);
    const heard: Uint8Array[] = [];
    const reader = await Client.synced('WebSocketProvider', server);
    reader.doc.on('update', (update: Uint8Array) => heard.push(update));
    for (const letter of 'a tick') client.append(letter);
    await client.provider.whenSaved();
    await reader.hasText('a tick');
    expect(heard).toHaveLength(1);
  });

  it('[SDK3] sends 10,000 edits made at once, and 10,000 made one by one', { timeout: 60_000 }, async () => {
    const server = await start();
    const client = await Client.synced(kind, server);
    const reader = await Client.synced(kind, server);
    for (let at = 0; at < 10_000; at++) client.append('x');
    for (let at = 0; at < 10_000; at++) {
      client.append('y');
      await Promise.resolve();
    }
    await client.provider.whenSaved();
    await reader.hasText('x'.repeat(10_000) + 'y'.repeat(10_000));
  });

  it('[SDK4] sends edits made before it connects, and while it is disconnected, with the next handshake', async () => {
    const server = await start();
    const client = new Client(kind, server, { connect: false });
    expect([client.provider.status, client.provider.saved]).toEqual(['disconnected', true]);
    client.append('before ');
    expect(client.provider.saved).toBe(false);
    client.provider.connect();
    await client.provider.whenSaved();
    client.provider.disconnect();
    client.append('after');
    expect([client.provider.status, client.provider.saved]).toEqual(['disconnected', false]);
    client.provider.connect();
    await client.provider.whenSaved();
    const late = await Client.synced(kind, server);
    expect(late.text).toBe('before after');
    expect(client.statuses).toEqual(['connecting', 'connected', 'disconnected', 'connecting', 'connected']);
  });

  it('[SDK4] sends nothing again that is known to be saved', async () => {
    const log = new GatedLog();
    let stored = 0;
    const append = log.append.bind(log);
    log.append = async (records) => {
      stored += records.length;
      await append(records);
    };
    const server = await start({ log });
    const client = await Client.synced(kind, server);
    client.append('once');
    await client.provider.whenSaved();
    client.provider.disconnect();
    client.provider.connect();
    await client.provider.whenSynced;
    expect([client.provider.saved, client.savedStates]).toEqual([true, [false, true]]);
    expect(stored).toBe(1);
  });

  it('[SDK4] a document that brings content along is saved once the server has it', async () => {
    const server = await start();
    const doc = new Y.Doc();
    Y.applyUpdate(doc, insertion('kept'));
    const client = new Client(kind, server, { doc });
    expect(client.provider.saved).toBe(false);
    await client.provider.whenSaved();
    expect((await Client.synced(kind, server)).text).toBe('kept');
  });

  it('[SDK5] asks a token function before each connection, and once more where the token has expired', async () => {
    const asked: (string | undefined)[] = [];
    const server = await start({ authenticator: tokens(new Map([['good', 'write']]), asked) });
    const given = ['old', 'good', 'good'];
    const client = await Client.synced(kind, server, { token: () => Promise.resolve(given.shift() ?? '') });
    client.append('in');
    await client.provider.whenSaved();
    client.provider.disconnect();
    client.provider.connect();
    await client.provider.whenSynced;
    expect(asked).toEqual(['old', 'good', 'good']);
    expect(client.errors).toEqual([]);
  });

  it('[SDK5] tries again later where the token function fails', async () => {
    const server = await start({ authenticator: tokens(new Map([['good', 'write']])) });
    let calls = 0;
    const token = () => {
      calls++;
      if (calls === 1) throw new Error('offline');
      return 'good';
    };
    const client = await Client.synced(kind, server, { token });
    expect(client.errors).toMatchObject([{ kind: 'token', outcome: 'retries', cause: { message: 'offline' } }]);
  });

  it.each([
    ['a token', 'bad', 1],
    ['a token function', () => 'bad', 2],
  ])('[SDK6] stops where %s does not do', async (_what, token, calls) => {
    const asked: (string | undefined)[] = [];
    const server = await start({ authenticator: tokens(new Map(), asked) });
    const client = new Client(kind, server, { token });
    await expect(client.provider.whenSynced).rejects.toMatchObject({ kind: 'unauthenticated', outcome: 'stops' });
    await client.hasStatus('disconnected');
    expect(asked).toEqual(Array(calls).fill('bad'));
    expect(client.errors).toMatchObject([{ kind: 'unauthenticated', message: 'The token is not known.' }]);
  });

  it('[SDK6] stops where the document is forbidden, and connects again when it is told to', async () => {
    const known = new Map<string, Access>([['t', 'none']]);
    const server = await start({ authenticator: tokens(known) });
    const client = new Client(kind, server, { token: 't' });
    await expect(client.provider.whenSynced).rejects.toMatchObject({ kind: 'forbidden', outcome: 'stops' });
    known.set('t', 'write');
    client.provider.connect();
    await client.provider.whenSynced;
    expect(client.errors).toHaveLength(1);
  });

  it('[SDK6] stops where the name of the document is refused', async () => {
    const server = await start();
    const client = new Client(kind, server, { document: 'x'.repeat(300) });
    await expect(client.provider.whenSynced).rejects.toMatchObject({ kind: 'invalid', outcome: 'stops' });
  });

  it('[SDK7] a client that may only read is told so once, goes on reading, and keeps its edits', async () => {
    const known = new Map<string, Access>([
      ['reader', 'read'],
      ['writer', 'write'],
    ]);
    const server = await start({ authenticator: tokens(known) });
    const writer = await Client.synced(kind, server, { token: 'writer' });
    const reader = await Client.synced(kind, server, { token: 'reader' });
    expect(reader.provider.readOnly).toBe(false);
    reader.append('mine');
    const saved = reader.provider.whenSaved();
    await expect(saved).rejects.toMatchObject({ kind: 'read-only', outcome: 'continues' });
    expect([reader.provider.readOnly, reader.provider.saved, reader.provider.status]).toEqual([
      true,
      false,
      'connected',
    ]);
    reader.append(' too');
    writer.append('theirs');
    await reader.until('the change of the writer', () => reader.text.includes('theirs'));
    await expect(reader.provider.whenSaved()).rejects.toMatchObject({ kind: 'read-only' });
    expect(reader.errors).toHaveLength(1);
    // Allowed to write by now, it brings along what it has kept.
    known.set('reader', 'write');
    reader.provider.disconnect();
    reader.provider.connect();
    await reader.provider.whenSaved();
    await writer.until('the edits of the reader', () => writer.text.includes('mine too'));
    expect(reader.provider.readOnly).toBe(false);
  });

  it('[SDK8] an update over the limit is an error, and neither it nor what follows counts as saved', async () => {
    const server = await start({}, { MAX_MESSAGE_BYTES: '1024' });
    const client = await Client.synced(kind, server);
    client.append('x'.repeat(2_000));
    await client.until('a refusal', () => client.errors.length > 0);
    expect(client.errors).toMatchObject([{ outcome: 'continues' }]);
    expect([client.provider.saved, client.provider.status]).toEqual([false, 'connected']);
  });
});
