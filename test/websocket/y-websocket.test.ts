import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import {
  decodeYWebsocketFrame,
  encodeStep1,
  encodeStep2,
  encodeUpdate,
} from '../../src/adapters/websocket/protocols/y-websocket-codec.ts';
import { GatedLog } from '../grpc/support/gated-log.ts';
import { BAIT, POISON } from '../grpc/support/poison.ts';
import { atEnd } from '../support/clean-up.ts';
import { JsonClient } from '../support/json-client.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startServer } from '../support/server.ts';
import { insertion, insertions, textOf } from '../support/updates.ts';
import { AWARENESS, DENIED, hex, UPDATE, YWebsocketClient } from '../support/y-websocket-client.ts';

async function start(...args: Parameters<typeof startServer>) {
  const server = await startServer(...args);
  atEnd(() => server.stop());
  return server;
}

const EMPTY_VECTOR = Uint8Array.of(0);
const KEEP_ALIVE = Buffer.from([1, 1, 0]);

describe('the handshake', () => {
  it('[YWS1] begins with step 1, and with all awareness states only where there are some', async () => {
    const { wsUrl } = await start();
    const first = await YWebsocketClient.open(wsUrl, 'd');
    await first.nextEqual(encodeStep1(EMPTY_VECTOR));
    first.awareness({ clientId: 5, clock: 3, state: '{"x":1}' });
    const own = await first.nextOfAll();
    expect(hex(own)).toBe(hex(Buffer.from([1, 11, 1, 5, 3, 7, ...Buffer.from('{"x":1}')])));
    const second = await YWebsocketClient.open(wsUrl, 'd');
    await second.nextEqual(encodeStep1(EMPTY_VECTOR));
    await second.nextEqual(own);
    await second.sync();
    expect(second.received.unread).toEqual([]);
  });

  it('[YWS2] answers every step 1 with a step 2', async () => {
    const { wsUrl } = await start();
    const client = await YWebsocketClient.join(wsUrl, 'd');
    await client.write(insertion('text'));
    for (let round = 0; round < 3; round++) expect(textOf(step2Of(await client.sync()))).toBe('text');
    expect(textOf(step2Of(await client.sync(Uint8Array.of(0))))).toBe('text');
    expect(client.received.unread).toEqual([]);
  });

  it('[YWS5] sends one message in each frame, also when many leave at once', async () => {
    const { wsUrl } = await start();
    const [writer, reader] = [await YWebsocketClient.join(wsUrl, 'd'), await YWebsocketClient.join(wsUrl, 'd')];
    const updates = insertions(...Array.from({ length: 100 }, (_, at) => 'x'.repeat(at * 7)).slice(1));
    for (const update of updates) writer.update(update);
    for (const update of updates) {
      await reader.nextEqual(encodeUpdate(update));
      await writer.nextEqual(encodeUpdate(update));
    }
    await reader.sync();
    expect(reader.received.unread).toEqual([]);
  });
});

function step2Of(frame: Buffer): Uint8Array {
  const message = decodeYWebsocketFrame(frame);
  if (message.type !== 'sync-step-2') throw new Error(`No step 2: ${hex(frame)}`);
  return message.update;
}

describe('acknowledgements', () => {
  it('[YWS3] [ROOM1] echoes an update and a step 2 byte for byte once they are durable, not before', async () => {
    const log = new GatedLog();
    const { wsUrl } = await start({}, { log });
    const [writer, reader] = [await YWebsocketClient.join(wsUrl, 'd'), await YWebsocketClient.join(wsUrl, 'd')];
    const [one, two] = insertions('one', 'two') as [Uint8Array, Uint8Array];
    log.shutGate('append');
    writer.update(one);
    await reader.nextEqual(encodeUpdate(one));
    await log.reached('append');
    writer.step2(two);
    await reader.nextEqual(encodeUpdate(two));
    await writer.sync();
    expect(writer.received.unread).toEqual([]);
    log.openGate('append');
    await writer.nextEqual(encodeUpdate(one));
    await writer.nextEqual(encodeUpdate(two));
    await writer.sync();
    await reader.sync();
    expect([...writer.received.unread, ...reader.received.unread]).toEqual([]);
  });

  it('[YWS3] echoes one that changes nothing too, to its sender alone', async () => {
    const { wsUrl } = await start();
    const [writer, reader] = [await YWebsocketClient.join(wsUrl, 'd'), await YWebsocketClient.join(wsUrl, 'd')];
    const update = insertion('once');
    for (const each of [update, update, Uint8Array.of(0, 0)]) {
      writer.update(each);
      await writer.nextEqual(encodeUpdate(each));
    }
    writer.step2(Uint8Array.of(0, 0));
    await writer.nextEqual(encodeUpdate(Uint8Array.of(0, 0)));
    await reader.nextEqual(encodeUpdate(update));
    await reader.sync();
    expect(reader.received.unread).toEqual([]);
  });

  it('[ROOM5] asks the sender of a gap for what is missing, and echoes both once it integrates', async () => {
    const { wsUrl } = await start();
    const [writer, reader] = [await YWebsocketClient.join(wsUrl, 'd'), await YWebsocketClient.join(wsUrl, 'd')];
    const [one, two] = insertions('one', 'two') as [Uint8Array, Uint8Array];
    writer.update(two);
    await writer.nextEqual(encodeStep1(EMPTY_VECTOR));
    await reader.sync();
    expect(reader.received.unread).toEqual([]);
    writer.update(one);
    await writer.nextEqual(encodeUpdate(two));
    await writer.nextEqual(encodeUpdate(one));
    await reader.nextEqual(encodeUpdate(one));
    await reader.nextEqual(encodeUpdate(two));
  });
});

describe('awareness', () => {
  it('[YWS4] is echoed to its sender and shown to the others; an older clock changes nothing', async () => {
    const { wsUrl } = await start();
    const [ann, bob] = [await YWebsocketClient.join(wsUrl, 'd'), await YWebsocketClient.join(wsUrl, 'd')];
    ann.awareness({ clientId: 5, clock: 3, state: '{"x":1}' });
    const shown = await ann.next(AWARENESS);
    await bob.nextEqual(shown);
    ann.awareness({ clientId: 5, clock: 2, state: '{"x":2}' });
    ann.awareness({ clientId: 5, clock: 4, state: 'null' });
    await bob.nextEqual(Buffer.from([1, 8, 1, 5, 4, 4, ...Buffer.from('null')]));
    await ann.next(AWARENESS);
    await ann.sync();
    expect(ann.received.unread).toEqual([]);
    ann.send(Uint8Array.of(3));
    await ann.nextEqual(KEEP_ALIVE);
  });

  it('[YWS4] an idle socket hears an empty awareness update at least every 15 s, a busy one does not', async () => {
    const clock = new ManualClock();
    const { wsUrl } = await start({ COMMIT_WINDOW_MS: '0' }, { clock });
    const client = await YWebsocketClient.join(wsUrl, 'd');
    for (let round = 0; round < 4; round++) {
      clock.advance(15_000);
      await client.nextEqual(KEEP_ALIVE);
      await client.sync();
    }
    clock.advance(5_000);
    await client.sync();
    clock.advance(5_000);
    await client.sync();
    clock.advance(4_000);
    await client.sync();
    expect(client.received.unread.map(hex)).toEqual([]);
  });
});

describe('documents', () => {
  it.each([
    ['a', 'a'],
    ['a/b/c', 'a/b/c'],
    ['a%2Fb', 'a/b'],
    ['%C3%BC', 'ü'],
    ['with%20space', 'with space'],
    ['100%', '100%'],
    ['d?token=secret', 'd'],
  ])('[YWS6] the path /ws/%s names the document %s', async (path, name) => {
    const { wsUrl } = await start();
    const client = await YWebsocketClient.join(wsUrl, path);
    await client.write(insertion('here'));
    const json = await JsonClient.open(wsUrl);
    expect(textOf((await json.sync(name)).update)).toBe('here');
  });
});

describe('faults', () => {
  it.each([
    ['an unknown type', [9, 0]],
    ['an empty frame', []],
    ['a truncated update', [0, 2, 9, 1]],
    ['an unknown sync type', [0, 7, 0]],
    ['bytes behind the message', [...encodeUpdate(Uint8Array.of(0, 0)), 0]],
    ['an update that does not decode', [0, 2, 2, 1, 9]],
    ['a state vector that does not decode', [0, 0, 1, 7]],
    ['an awareness state that is no object', [1, 4, 1, 1, 1, 1]],
    ['a refusal of the server', [2, 0, 1, 65]],
  ])('[YWS7] answers %s with the auth message and closes with 4400', async (_what, frame) => {
    const { wsUrl } = await start();
    const client = await YWebsocketClient.join(wsUrl, 'd');
    client.send(Uint8Array.from(frame));
    expect([...(await client.nextOfAll()).subarray(0, 2)]).toEqual([...DENIED]);
    expect(await client.closed).toBe(4400);
  });

  it('[YWS7] [ROOM4] answers an update that does not integrate with the auth message; all else goes on', async () => {
    const { wsUrl } = await start();
    const [client, other] = [await YWebsocketClient.join(wsUrl, 'd'), await YWebsocketClient.join(wsUrl, 'd')];
    await client.write(BAIT);
    await other.nextEqual(encodeUpdate(BAIT));
    client.update(POISON);
    await client.next(DENIED);
    const fine = insertion('fine');
    await client.write(fine);
    await other.nextEqual(encodeUpdate(fine));
    expect(client.received.unread).toEqual([]);
  });

  it('[YWS8] a name that is refused gets the auth message before the close', async () => {
    const { wsUrl } = await start();
    const client = await YWebsocketClient.open(wsUrl, 'x'.repeat(300));
    expect([...(await client.nextOfAll()).subarray(0, 2)]).toEqual([...DENIED]);
    expect(await client.closed).toBe(4400);
  });

  it('[YWS8] somebody who may not open the document gets the auth message before the close', async () => {
    const authenticator = { authenticate: async () => ({ subject: 'eve', accessTo: () => 'none' as const }) };
    const { wsUrl } = await start({}, { authenticator });
    const client = await YWebsocketClient.open(wsUrl, 'd');
    expect([...(await client.nextOfAll()).subarray(0, 2)]).toEqual([...DENIED]);
    expect(await client.closed).toBe(4403);
  });

  it('[YWS8] a write by somebody who may only read is answered with the auth message and not taken', async () => {
    const authenticator = { authenticate: async () => ({ subject: 'eve', accessTo: () => 'read' as const }) };
    const { wsUrl } = await start({}, { authenticator });
    const client = await YWebsocketClient.join(wsUrl, 'd');
    client.update(insertion('x'));
    await client.next(DENIED);
    expect(step2Of(await client.sync())).toEqual(Buffer.from([0, 0]));
  });

  it('[ROOM7] a document that cannot be loaded is refused, never served empty', async () => {
    const log = new GatedLog();
    log.load = () => Promise.reject(new Error('The disk is gone'));
    const { wsUrl } = await start({}, { log });
    const client = await YWebsocketClient.open(wsUrl, 'd');
    expect([...(await client.nextOfAll()).subarray(0, 2)]).toEqual([...DENIED]);
    expect(await client.closed).toBe(1013);
  });

  it('[ROOM7] [LIM5] nothing is read or sent before the document was loaded', async () => {
    const log = new GatedLog();
    const stored = insertion('stored');
    const { wsUrl } = await start({}, { log });
    const writer = await YWebsocketClient.join(wsUrl, 'd');
    await writer.write(stored);
    log.shutGate('load');
    const client = await YWebsocketClient.open(wsUrl, 'other');
    client.step1();
    await log.reached('load');
    await writer.sync();
    expect(client.received.unread).toEqual([]);
    log.openGate('load');
    await client.nextEqual(encodeStep1(EMPTY_VECTOR));
    await client.nextEqual(encodeStep2(Y.encodeStateAsUpdate(new Y.Doc())));
  });

  it('[ROOM9] a store that fails for good closes with 1013; what was not stored is not acknowledged', async () => {
    const clock = new ManualClock();
    const log = new GatedLog();
    const { wsUrl } = await start({ COMMIT_WINDOW_MS: '0', STORE_RETRY_MS: '1' }, { log, clock });
    const client = await YWebsocketClient.join(wsUrl, 'd');
    const failed = new Promise<void>((resolve) => {
      log.append = () => {
        resolve();
        clock.advance(10);
        return Promise.reject(new Error('The disk is full'));
      };
    });
    client.update(insertion('lost'));
    await failed;
    expect(await client.closed).toBe(1013);
    expect(client.received.unread.filter((frame) => frame[0] === 0 && frame[1] === UPDATE[1])).toEqual([]);
  });
});
