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
import { ManualClock } from '../support/manual-clock.ts';
import { everybodyMay } from '../support/principals.ts';
import { startServer } from '../support/server.ts';
import { insertion } from '../support/updates.ts';
import { DENIED, hex, UPDATE, YWebsocketClient } from '../support/y-websocket-client.ts';

async function start(...args: Parameters<typeof startServer>) {
  const server = await startServer(...args);
  atEnd(() => server.stop());
  return server;
}

const EMPTY_VECTOR = Uint8Array.of(0);

function step2Of(frame: Buffer): Uint8Array {
  const message = decodeYWebsocketFrame(frame);
  if (message.type !== 'sync-step-2') throw new Error(`No step 2: ${hex(frame)}`);
  return message.update;
}

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
    const { wsUrl } = await start({}, { authenticator: everybodyMay('none') });
    const client = await YWebsocketClient.open(wsUrl, 'd');
    expect([...(await client.nextOfAll()).subarray(0, 2)]).toEqual([...DENIED]);
    expect(await client.closed).toBe(4403);
  });

  it('[YWS8] a write by somebody who may only read is answered with the auth message and not taken', async () => {
    const { wsUrl } = await start({}, { authenticator: everybodyMay('read') });
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
