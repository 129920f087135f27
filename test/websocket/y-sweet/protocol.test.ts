import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { destinationOf } from '../../../src/adapters/websocket/path.ts';
import { decodeSyncStatus, encodeSyncStatus } from '../../../src/adapters/websocket/protocols/y-sweet/y-sweet-codec.ts';
import { encodeStep1, encodeStep2, encodeUpdate } from '../../../src/adapters/websocket/protocols/y-websocket-codec.ts';
import { GatedLog } from '../../grpc/support/gated-log.ts';
import { BAIT, POISON } from '../../grpc/support/poison.ts';
import { atEnd } from '../../support/clean-up.ts';
import { Inbox } from '../../support/inbox.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { everybodyMay } from '../../support/principals.ts';
import { startServer } from '../../support/server.ts';
import { insertion } from '../../support/updates.ts';
import { hex } from '../../support/y-websocket-client.ts';

async function start(...args: Parameters<typeof startServer>) {
  const server = await startServer(...args);
  atEnd(() => server.stop());
  return server;
}

const invalid = expect.objectContaining({ kind: 'invalid' });
const EMPTY_VECTOR = Uint8Array.of(0);
const NOTHING = Uint8Array.of(0, 0);

/** Frames of a y-sweet client, by hand. Ends with the test. */
class Client {
  readonly ws: WebSocket;
  readonly received = new Inbox<string>();

  private constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('error', () => undefined);
    ws.on('message', (data: Buffer) => this.received.push(hex(data)));
    ws.on('close', (code) => this.received.end(`The socket closed with ${code}`));
  }

  static async open(wsUrl: string, path = '/d/doc/ws/doc'): Promise<Client> {
    const ws = new WebSocket(`${wsUrl}${path}`);
    const client = new Client(ws);
    atEnd(() => ws.terminate());
    await once(ws, 'open');
    await client.nextEqual(encodeStep1(EMPTY_VECTOR));
    return client;
  }

  send(frame: Uint8Array): void {
    this.ws.send(frame);
  }

  version(value: number): void {
    this.send(versionFrame(value));
  }

  async nextEqual(frame: Uint8Array): Promise<void> {
    const next = await this.received.take(hex(frame), () => true);
    expect(next).toBe(hex(frame));
  }

  /** Everything sent before was handled. */
  async handled(): Promise<void> {
    this.send(Uint8Array.of(3));
    await this.received.take('awareness', (each) => each.startsWith('01'));
  }
}

const versionFrame = (value: number) =>
  encodeSyncStatus(value < 128 ? Uint8Array.of(value) : Uint8Array.of((value % 128) | 128, Math.floor(value / 128)));

describe('the path of a y-sweet client', () => {
  it.each([
    ['/d/a/ws/a', 'a'],
    ['/d/a%2Fb/ws/a/b', 'a/b'],
    ['/d/a/b/ws/a/b', 'a/b'],
    ['/d/%C3%BC/ws/%C3%BC?token=x', 'ü'],
    ['/d/a%2Fws%2Fb/ws/a/ws/b', 'a/ws/b'],
    ['/d/a/ws/a/ws/a/ws/a', 'a/ws/a'],
    ['/d/100%25/ws/100%', '100%'],
    ['/d/a%2520b/ws/a%20b', 'a%20b'],
  ])('[SWEET1] %s names the document %s', (path, name) => {
    expect(destinationOf(path)).toMatchObject({ kind: 'y-sweet', documentId: { value: name } });
  });

  it.each(['/d/a', '/d/a/ws', '/d/a/ws/b', '/d//ws', '/d/ws/a'])('[SWEET1] %s names none', (path) => {
    expect(destinationOf(path)).toEqual({ kind: 'nowhere' });
  });

  it('[SWEET1] has an id that is allowed', () => {
    expect(destinationOf(`/d/${'x'.repeat(300)}/ws/${'x'.repeat(300)}`)).toMatchObject({ kind: 'invalid' });
  });
});

describe('a local version', () => {
  it('[SWEET6] has golden bytes, and is refused where it is damaged', () => {
    expect([...encodeSyncStatus(Uint8Array.of(5))]).toEqual([102, 1, 5]);
    expect(decodeSyncStatus(Uint8Array.of(102, 2, 0xac, 2))).toEqual({ bytes: Uint8Array.of(0xac, 2), value: 300 });
    for (const bytes of [[102], [102, 0], [102, 1], [102, 1, 0x80], [102, 2, 1, 1], [102, 1, 1, 0]]) {
      expect(() => decodeSyncStatus(Uint8Array.from(bytes))).toThrow(invalid);
    }
  });

  it('[SWEET2] comes back as it was, once every update before it is durable', async () => {
    const log = new GatedLog();
    const { wsUrl } = await start({}, { log });
    const client = await Client.open(wsUrl);
    client.version(0);
    await client.nextEqual(versionFrame(0));
    log.shutGate('append');
    const [one, two] = [encodeUpdate(insertion('one')), encodeUpdate(insertion('two'))];
    client.send(one);
    client.version(1);
    await log.reached('append');
    // What is durable is told at once, for it must hear something.
    await client.nextEqual(versionFrame(0));
    client.version(1);
    await client.nextEqual(versionFrame(0));
    client.send(two);
    client.version(2);
    await client.nextEqual(versionFrame(0));
    await client.handled();
    expect(client.received.unread).toEqual([]);
    log.openGate('append');
    for (const frame of [one, versionFrame(1), two, versionFrame(2)])
      await client.received.take(hex(frame), (each) => each === hex(frame));
    expect(client.received.unread).toEqual([]);
    client.version(300);
    await client.nextEqual(versionFrame(2));
    client.send(encodeStep2(NOTHING));
    await client.nextEqual(encodeUpdate(NOTHING));
    await client.nextEqual(versionFrame(300));
  });

  it('[SWEET2] of the beginning is not answered while updates are pending that it counts', async () => {
    const log = new GatedLog();
    const { wsUrl } = await start({}, { log });
    const client = await Client.open(wsUrl);
    log.shutGate('append');
    const one = encodeUpdate(insertion('one'));
    client.send(one);
    client.version(1);
    await client.handled();
    expect(client.received.unread).toEqual([]);
    log.openGate('append');
    await client.nextEqual(one);
    await client.nextEqual(versionFrame(1));
  });

  it('[SWEET3] that counts more than came is answered behind the step 2 that brings the rest', async () => {
    const log = new GatedLog();
    const { wsUrl } = await start({}, { log });
    const client = await Client.open(wsUrl);
    client.send(encodeStep1(EMPTY_VECTOR));
    client.version(3);
    await client.nextEqual(encodeStep2(NOTHING));
    log.shutGate('append');
    const offline = insertion('offline');
    client.send(encodeStep2(offline));
    await log.reached('append');
    await client.handled();
    expect(client.received.unread).toEqual([]);
    log.openGate('append');
    await client.nextEqual(encodeUpdate(offline));
    await client.nextEqual(versionFrame(3));
  });

  it('[SWEET3] is answered after a while where no step 2 comes', async () => {
    const clock = new ManualClock();
    const { wsUrl } = await start({ COMMIT_WINDOW_MS: '0' }, { clock });
    const client = await Client.open(wsUrl);
    client.version(7);
    await client.handled();
    expect(client.received.unread).toEqual([]);
    clock.advance(2_000);
    await client.nextEqual(versionFrame(7));
    client.version(8);
    await client.nextEqual(versionFrame(8));
  });

  it('[SWEET4] behind an update that was refused never comes back', async () => {
    const { wsUrl } = await start({}, { authenticator: everybodyMay('write') });
    const client = await Client.open(wsUrl);
    client.send(encodeUpdate(BAIT));
    client.version(1);
    await client.nextEqual(encodeUpdate(BAIT));
    await client.nextEqual(versionFrame(1));
    client.send(encodeUpdate(POISON));
    client.version(2);
    await client.received.take('refusal', (each) => each.startsWith('0200'));
    client.send(encodeUpdate(NOTHING));
    await client.received.take('echo', (each) => each === hex(encodeUpdate(NOTHING)));
    client.version(3);
    await client.received.take('the last durable version', (each) => each === hex(versionFrame(1)));
    await client.handled();
    expect(client.received.unread.filter((each) => each !== hex(versionFrame(1)))).toEqual([]);
  });

  it('[SWEET2] takes no more memory, however often it is told', async () => {
    const log = new GatedLog();
    const { wsUrl } = await start({}, { log });
    const client = await Client.open(wsUrl);
    log.shutGate('append');
    const one = encodeUpdate(insertion('one'));
    client.send(one);
    for (let count = 0; count < 1_000; count++) client.version(1);
    await client.handled();
    log.openGate('append');
    await client.nextEqual(one);
    await client.nextEqual(versionFrame(1));
    await client.handled();
    expect(client.received.unread).toEqual([]);
  });

  it('[SWEET6] is unknown on the path of a y-websocket provider', async () => {
    const { wsUrl } = await start();
    const client = await Client.open(wsUrl, '/ws/doc');
    client.version(1);
    expect((await once(client.ws, 'close'))[0]).toBe(4400);
  });
});
