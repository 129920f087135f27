import { beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { retryDelay } from '../../client/src/core/backoff.ts';
import type { ProviderOptions } from '../../client/src/core/options.ts';
import type { ProviderError } from '../../client/src/core/provider-error.ts';
import { decodeFrame, step1Frame } from '../../client/src/websocket/frames.ts';
import { WebSocketProvider } from '../../client/src/websocket/websocket-provider.ts';
import { encodeAwarenessFrame, encodeDenied } from '../../src/adapters/websocket/protocols/y-websocket-codec.ts';
import { atEnd } from '../support/clean-up.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type FakeSocket, fakeSockets, settled } from './support/simulated-server.ts';

const NOTHING = Uint8Array.of(0);
const KEEP_ALIVE = encodeAwarenessFrame(Uint8Array.of(0));

let clock: ManualClock;
let sockets: ReturnType<typeof fakeSockets>;
let chance: number;

beforeEach(() => {
  clock = new ManualClock();
  sockets = fakeSockets();
  chance = 1;
});

async function provider(options: Partial<ProviderOptions> = {}): Promise<WebSocketProvider> {
  const made = new WebSocketProvider({
    url: 'ws://host/ws',
    document: 'd',
    doc: new Y.Doc(),
    WebSocket: sockets.Class,
    clock,
    random: () => chance,
    ...options,
  });
  atEnd(() => made.doc.destroy());
  await settled();
  return made;
}

function latest(): FakeSocket {
  const socket = sockets.all.at(-1);
  if (socket === undefined) throw new Error('No socket was made.');
  return socket;
}

function letIn(): void {
  latest().open();
  latest().deliver(step1Frame(NOTHING));
}

/** Milliseconds until the next socket is made. */
async function wait(): Promise<number> {
  const made = sockets.all.length;
  const start = clock.now();
  while (sockets.all.length === made) {
    if (clock.now() - start > 100_000) throw new Error('It does not connect again.');
    clock.advance(1);
    await settled();
  }
  return clock.now() - start;
}

describe('the wait before a retry', () => {
  it('[SDK10] is anything up to a bound that doubles, and never more than the longest', () => {
    const bounds = [0, 1, 2, 3, 6, 7, 2_000].map((failures) => retryDelay(failures, 30_000, () => 1));
    expect(bounds).toEqual([250, 500, 1_000, 2_000, 16_000, 30_000, 30_000]);
    expect([0, 0.5].map((random) => retryDelay(3, 30_000, () => random))).toEqual([0, 1_000]);
  });

  it('[SDK10] grows while connections fail', async () => {
    await provider({ maxBackoff: 1_500 });
    const waits: number[] = [];
    for (let failure = 0; failure < 5; failure++) {
      latest().drop();
      waits.push(await wait());
    }
    expect(waits).toEqual([250, 500, 1_000, 1_500, 1_500]);
  });

  it('[SDK10] goes on growing over connections that break at once, and starts anew after one that was steady', async () => {
    await provider();
    const waits: number[] = [];
    for (let failure = 0; failure < 3; failure++) {
      letIn();
      clock.advance(100);
      latest().drop();
      waits.push(await wait());
    }
    letIn();
    clock.advance(5_000);
    latest().drop();
    waits.push(await wait());
    expect(waits).toEqual([250, 500, 1_000, 250]);
  });

  it('[SDK10] ends with a call of connect, and nothing follows a disconnect', async () => {
    const made = await provider();
    latest().drop();
    made.connect();
    await settled();
    expect(sockets.all).toHaveLength(2);
    latest().drop();
    made.disconnect();
    clock.advance(100_000);
    await settled();
    expect([sockets.all.length, made.status]).toEqual([2, 'disconnected']);
  });
});

describe('a server that has vanished', () => {
  it('[SDK11] is noticed when it is silent for 30 s, and dialled again', async () => {
    const made = await provider();
    letIn();
    clock.advance(29_000);
    latest().deliver(KEEP_ALIVE);
    clock.advance(29_999);
    expect(made.status).toBe('connected');
    clock.advance(1);
    expect([made.status, latest().state]).toEqual(['disconnected', 'closed']);
    await wait();
    expect(sockets.all).toHaveLength(2);
  });

  it('[SDK11] is noticed where a connection never opens', async () => {
    const made = await provider();
    clock.advance(30_000);
    expect(made.status).toBe('disconnected');
  });

  it('[SDK11] a frame that does not decode ends the connection', async () => {
    const made = await provider();
    letIn();
    latest().deliver(Uint8Array.of(0, 2, 200));
    expect([made.status, latest().state]).toEqual(['disconnected', 'closed']);
  });
});

describe('a close code', () => {
  it.each([
    [4400, 'invalid'],
    [4401, 'unauthenticated'],
    [4403, 'forbidden'],
    [4404, 'refused'],
    [4429, 'rate-limited'],
    [4499, 'refused'],
    [1009, 'too-large'],
  ])('[SDK6] of %i is not tried again: %s', async (code, kind) => {
    const made = await provider();
    const errors: ProviderError[] = [];
    made.on('error', (error) => errors.push(error));
    latest().open();
    latest().deliver(encodeDenied('why'));
    latest().drop(code);
    clock.advance(100_000);
    await settled();
    expect(errors).toMatchObject([{ kind, outcome: 'stops', message: 'why' }]);
    expect([made.status, sockets.all.length]).toEqual(['disconnected', 1]);
  });

  it.each([1000, 1001, 1005, 1006, 1011, 1013, 4399, 4500])('[SDK6] of %i is tried again', async (code) => {
    await provider();
    letIn();
    latest().drop(code);
    await wait();
    expect(sockets.all).toHaveLength(2);
  });

  it('[SDK5] of 4401 asks the token function once more after each steady connection', async () => {
    const given = ['1', '2', '3', '4'];
    const made = await provider({ token: () => given.shift() ?? '' });
    const tokens = () => sockets.all.map(({ url }) => new URL(url).searchParams.get('token'));
    letIn();
    clock.advance(5_000);
    latest().drop(4401);
    await settled();
    letIn();
    clock.advance(5_000);
    latest().drop(4401);
    await settled();
    expect(tokens()).toEqual(['1', '2', '3']);
    letIn();
    latest().drop(4401);
    await settled();
    expect([made.status, tokens().length]).toEqual(['disconnected', 3]);
  });

  it('[SDK5] a token that comes after a disconnect is not used', async () => {
    let give: (token: string) => void = () => undefined;
    const made = await provider({
      token: () =>
        new Promise((resolve) => {
          give = resolve;
        }),
    });
    made.disconnect();
    give('late');
    await settled();
    expect(sockets.all).toHaveLength(0);
  });
});

it('[SDK1] a server that asks once more is sent what it lacks', async () => {
  const made = await provider();
  letIn();
  made.doc.getText('t').insert(0, 'lost');
  await settled();
  latest().deliver(step1Frame(NOTHING));
  const updates = latest()
    .sent.map(decodeFrame)
    .filter(({ kind }) => kind === 'update');
  expect(updates).toHaveLength(2);
  expect(updates[1]).toEqual({ kind: 'update', update: Y.encodeStateAsUpdate(made.doc) });
});

describe('a connection that takes no more', () => {
  const updates = (socket: FakeSocket) => socket.sent.filter((frame) => decodeFrame(frame).kind === 'update');

  it('[SDK12] holds edits back, and sends them as one update when it has drained', async () => {
    const made = await provider();
    letIn();
    latest().bufferedAmount = 2 * 1024 * 1024;
    for (const letter of 'abc') {
      made.doc.getText('t').insert(0, letter);
      await settled();
    }
    clock.advance(1_000);
    expect([updates(latest()).length, made.saved]).toEqual([0, false]);
    latest().bufferedAmount = 0;
    clock.advance(50);
    expect(updates(latest())).toHaveLength(1);
  });

  it('[SDK12] keeps no more than 4 MiB of them; the rest is found in the document', async () => {
    const made = await provider();
    letIn();
    latest().bufferedAmount = 2 * 1024 * 1024;
    const piece = 'x'.repeat(1024 * 1024);
    for (let at = 0; at < 8; at++) {
      made.doc.getText('t').insert(at * piece.length, piece);
      await settled();
    }
    latest().bufferedAmount = 0;
    clock.advance(50);
    const [only, ...others] = updates(latest()).map(decodeFrame);
    expect(others).toEqual([]);
    const doc = new Y.Doc();
    if (only?.kind === 'update') Y.applyUpdate(doc, only.update);
    expect(doc.getText('t').length).toBe(8 * piece.length);
    // The document has it as one item; the updates would be eight.
    expect(only?.kind === 'update' && Y.decodeUpdate(only.update).structs.length).toBe(1);
  });

  it('[SDK12] edits in the tick of a disconnect are sent before it', async () => {
    const made = await provider();
    letIn();
    made.doc.getText('t').insert(0, 'last');
    made.disconnect();
    expect(updates(latest())).toHaveLength(1);
    expect(made.saved).toBe(false);
  });
});
