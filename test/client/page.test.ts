import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { step1Frame } from '../../client/src/websocket/frames.ts';
import { WebSocketProvider } from '../../client/src/websocket/websocket-provider.ts';
import { atEnd } from '../support/clean-up.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { fakeSockets, settled } from './support/simulated-server.ts';

type Listener = (event: object) => void;

let listeners: Map<string, Set<Listener>>;

beforeEach(() => {
  listeners = new Map();
  vi.stubGlobal('document', {});
  vi.stubGlobal('addEventListener', (name: string, listener: Listener) => {
    listeners.set(name, (listeners.get(name) ?? new Set()).add(listener));
  });
  vi.stubGlobal('removeEventListener', (name: string, listener: Listener) => listeners.get(name)?.delete(listener));
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function fire(name: string): void {
  for (const listener of listeners.get(name) ?? []) listener({});
}

async function onPage() {
  const sockets = fakeSockets();
  const provider = new WebSocketProvider({
    url: 'ws://host/ws',
    document: 'd',
    doc: new Y.Doc(),
    WebSocket: sockets.Class,
    clock: new ManualClock(),
    random: () => 1,
  });
  atEnd(() => provider.doc.destroy());
  await settled();
  return { provider, sockets: sockets.all };
}

it('[SDK21] a page that goes closes its connection, and opens one when it comes out of the cache', async () => {
  const { provider, sockets } = await onPage();
  sockets[0]?.open();
  sockets[0]?.deliver(step1Frame(Uint8Array.of(0)));
  fire('pagehide');
  expect([provider.status, sockets[0]?.state]).toEqual(['disconnected', 'closed']);
  fire('pageshow');
  await settled();
  expect([provider.status, sockets.length]).toEqual(['connecting', 2]);
});

it('[SDK21] one that was disconnected before stays so', async () => {
  const { provider, sockets } = await onPage();
  provider.disconnect();
  fire('pagehide');
  fire('pageshow');
  await settled();
  expect([provider.status, sockets.length]).toEqual(['disconnected', 1]);
});

it('[SDK21] a browser that is online again does not wait for the next attempt', async () => {
  const { sockets } = await onPage();
  fire('online');
  await settled();
  expect(sockets).toHaveLength(1);
  sockets[0]?.drop();
  fire('online');
  await settled();
  expect(sockets).toHaveLength(2);
});

it('[SDK14] a destroyed provider listens to the page no more', async () => {
  const { provider, sockets } = await onPage();
  expect([...listeners.values()].map(({ size }) => size)).toEqual([1, 1, 1]);
  provider.destroy();
  expect([...listeners.values()].map(({ size }) => size)).toEqual([0, 0, 0]);
  provider.connect();
  await settled();
  expect(sockets).toHaveLength(1);
  await expect(provider.whenSynced).rejects.toThrow('destroyed');
});
