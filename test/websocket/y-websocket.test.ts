import { describe, expect, it } from 'vitest';
import {
  decodeYWebsocketFrame,
  encodeStep1,
  encodeUpdate,
} from '../../src/adapters/websocket/protocols/y-websocket-codec.ts';
import { GatedLog } from '../grpc/support/gated-log.ts';
import { atEnd } from '../support/clean-up.ts';
import { JsonClient } from '../support/json-client.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startServer } from '../support/server.ts';
import { insertion, insertions, textOf } from '../support/updates.ts';
import { AWARENESS, hex, YWebsocketClient } from '../support/y-websocket-client.ts';

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
