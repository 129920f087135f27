import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { GrpcProvider } from '../../client/src/grpc/grpc-provider.ts';
import { atEnd } from '../support/clean-up.ts';
import { Editor } from '../support/providers.ts';
import { ServerProcess } from '../support/server-process.ts';
import { Client } from './support/scene.ts';

/** Starts a process on a folder, which a second one takes over at the same addresses. */
async function restartable(): Promise<{ server: ServerProcess; restart(): Promise<ServerProcess> }> {
  const data = mkdtempSync(join(tmpdir(), 'sdk-'));
  atEnd(() => rmSync(data, { recursive: true, force: true }));
  const start = async (addresses: Readonly<Record<string, string>>) => {
    const server = await ServerProcess.start({ DATA_DIR: data, ...addresses });
    atEnd(() => server.kill());
    return server;
  };
  const server = await start({});
  const addresses = { HTTP_ADDR: new URL(server.httpUrl).host, GRPC_ADDR: server.grpcAddress };
  return { server, restart: () => start(addresses) };
}

it('[SDK1] [SDK4] what was saved outlives a kill, and edits made without the server come together again', async () => {
  const { server, restart } = await restartable();
  const person = await Client.synced('WebSocketProvider', server);
  const bot = await Client.synced('GrpcProvider', server);
  const old = new Editor('3', server.wsUrl, 'd');
  await old.synced();
  person.append('saved');
  await person.provider.whenSaved();
  await Promise.all([bot.hasText('saved'), old.hasText('saved')]);

  await server.kill();
  await Promise.all([person.hasStatus('disconnected'), bot.hasStatus('disconnected')]);
  person.append(' person');
  bot.append(' bot');
  expect([person.provider.saved, bot.provider.saved]).toEqual([false, false]);

  const again = await restart();
  await Promise.all([person.provider.whenSaved(), bot.provider.whenSaved()]);
  const all = (text: string) => ['saved', ' person', ' bot'].every((part) => text.includes(part));
  for (const each of [person, bot]) await each.until('all edits', () => all(each.text));
  await old.until('all edits', () => all(old.text));
  expect(new Set([person.text, bot.text, old.text]).size).toBe(1);
  expect([...person.errors, ...bot.errors]).toEqual([]);

  // Both said that they are saved: a second kill takes nothing.
  await again.kill();
  const last = await restart();
  const late = await Client.synced('WebSocketProvider', last);
  expect(late.text).toBe(person.text);
}, 60_000);

it('[SDK11] a gRPC server that answers no ping is left', async () => {
  const { server } = await restartable();
  const provider = new GrpcProvider({ url: server.grpcAddress, document: 'd', doc: new Y.Doc(), pingInterval: 200 });
  atEnd(() => provider.doc.destroy());
  await provider.whenSynced;
  const left = new Promise((resolve) => provider.once('status', resolve));
  server.signal('SIGSTOP');
  await left;
  expect(provider.status).toBe('disconnected');
}, 60_000);

it('[SDK2] what the server holds and has not stored is not saved: a kill takes it, and it is sent again', async () => {
  const { server, restart } = await restartable();
  const person = await Client.synced('WebSocketProvider', server);
  const bot = await Client.synced('GrpcProvider', server);
  server.signal('SIGSTOP');
  person.append('p');
  bot.append('b');
  const saved = Promise.all([person.provider.whenSaved(), bot.provider.whenSaved()]);
  expect([person.provider.saved, bot.provider.saved, person.provider.status]).toEqual([false, false, 'connected']);
  await server.kill();
  await restart();
  await saved;
  for (const each of [person, bot]) await each.until('both edits', () => each.text.length === 2);
}, 60_000);
