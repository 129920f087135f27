import { once } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { GatedLog } from '../grpc/support/gated-log.ts';
import { atEnd } from '../support/clean-up.ts';
import { eventually } from '../support/eventually.ts';
import { JsonClient } from '../support/json-client.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { insertion } from '../support/updates.ts';
import { YWebsocketClient } from '../support/y-websocket-client.ts';

const TIMEOUT = 30_000;
/** Longer than the tests: no ping keeps a session alive. */
const NO_PINGS = '3600000';

let server: RunningServer;
let clock: ManualClock;

async function start(environment: Readonly<Record<string, string>> = {}, log = new GatedLog()): Promise<void> {
  clock = new ManualClock();
  const settings = { COMMIT_WINDOW_MS: '0', SESSION_TIMEOUT_MS: String(TIMEOUT), ...environment };
  server = await startServer(settings, { clock, log });
  const started = server;
  atEnd(() => started.stop());
}

async function joined(userId: string): Promise<JsonClient> {
  const client = await JsonClient.open(server.wsUrl);
  await client.join('d', userId);
  return client;
}

interface Described {
  readonly active_users: readonly { readonly user_id: string; readonly last_seen: number }[];
}

async function activeUsers(): Promise<Described['active_users']> {
  return ((await (await fetch(`${server.httpUrl}/documents/d`)).json()) as Described).active_users;
}

const names = async () => (await activeUsers()).map(({ user_id }) => user_id);

describe('silence', () => {
  beforeEach(() => start({ PING_INTERVAL_MS: NO_PINGS }));

  it.each([
    ['heartbeat', { doc_id: 'd', type: 'heartbeat' }],
    ['sync', { doc_id: 'd', type: 'sync' }],
    ['sv', { doc_id: 'd', type: 'sv' }],
    ['update', { doc_id: 'd', type: 'update', update: 'AAA=' }],
    ['awareness', { doc_id: 'd', type: 'awareness', data: {} }],
  ])('[SES2] for half of the timeout is Offline; a message (%s) makes it Active again', async (_what, message) => {
    const bob = await joined('bob');
    expect(await names()).toEqual(['bob']);
    clock.advance(TIMEOUT / 2 + TIMEOUT / 10);
    expect(await names()).toEqual([]);
    bob.send(message);
    await eventually('an active session', async () => (await names()).includes('bob'));
    expect((await activeUsers())[0]?.last_seen).toBe(clock.now());
  });

  it('[SES2] past the timeout ends the session: it is told, and the others are; its socket may join again', async () => {
    const [ann, bob] = [await joined('ann'), await joined('bob')];
    await ann.next('user_joined');
    bob.send({ doc_id: 'd', type: 'awareness', data: { cursor: 1 } });
    await ann.next('awareness');
    for (let tenth = 0; tenth < 12; tenth++) {
      clock.advance(TIMEOUT / 10);
      await ann.settle();
    }
    expect((await ann.next('user_left')).data).toMatchObject({ user_id: 'bob' });
    expect((await ann.next('awareness')).data?.state).toBeNull();
    expect(await bob.nextFault()).toEqual({ code: 404, error_type: 'DOCUMENT_NOT_FOUND' });
    bob.update('d', insertion('x'));
    expect((await bob.nextFault()).code).toBe(404);
    expect((await bob.join('d', 'bob')).data?.active_users).toHaveLength(2);
    await ann.next('user_joined');
  });

  it('[SES2] past the timeout ends the socket of a provider, which then connects anew', async () => {
    const provider = await YWebsocketClient.join(server.wsUrl, 'd');
    clock.advance(TIMEOUT + TIMEOUT / 5);
    expect(await provider.closed).toBe(4404);
  });
});

describe('transports', () => {
  it('[SES6] one that answers pings keeps its sessions alive', async () => {
    await start({ PING_INTERVAL_MS: '5000' });
    const bob = await joined('bob');
    for (let elapsed = 0; elapsed < 3 * TIMEOUT; elapsed += 6_000) {
      const pinged = once(bob.ws, 'ping');
      clock.advance(6_000);
      await pinged;
      await eventually('an answer', async () => (await activeUsers())[0]?.last_seen === clock.now());
    }
    expect(bob.received.unread).toEqual([]);
  });

  it.each(['close', 'terminate'] as const)('[SES3] one that ends (%s) takes its sessions along', async (how) => {
    await start();
    const [ann, bob] = [await joined('ann'), await joined('bob')];
    await bob.join('other', 'bob');
    bob.ws[how]();
    expect((await ann.next('user_left')).data).toMatchObject({ user_id: 'bob' });
    expect(await names()).toEqual(['ann']);
    await eventually('one session', async () => {
      const { sessions } = (await (await fetch(`${server.httpUrl}/health`)).json()) as { sessions: number };
      return sessions === 1;
    });
  });

  it('[SES3] one that ends while its document is loaded leaves no session behind', async () => {
    const log = new GatedLog();
    await start({}, log);
    log.shutGate('load');
    const ghost = await JsonClient.open(server.wsUrl);
    ghost.send({ doc_id: 'd', type: 'join', data: { user_id: 'ghost' } });
    await log.reached('load');
    ghost.ws.terminate();
    await eventually('no socket', async () => {
      const metrics = await (await fetch(`${server.httpUrl}/metrics`)).text();
      return /^collaboration_websocket_connections 0$/m.test(metrics);
    });
    log.openGate('load');
    await joined('ann');
    expect(await names()).toEqual(['ann']);
  });
});

describe('users', () => {
  beforeEach(() => start());

  it('[SES5] a provider is nobody until its awareness state names a user, and then announced', async () => {
    const ann = await joined('ann');
    const provider = await YWebsocketClient.join(server.wsUrl, 'd');
    provider.awareness({ clientId: 9, clock: 1, state: '{}' });
    await ann.next('awareness');
    expect(await names()).toEqual(['ann']);
    provider.awareness({ clientId: 9, clock: 2, state: '{"user":{"name":"Carol","color":"#123456"}}' });
    const { data } = await ann.next('user_joined');
    expect(data).toMatchObject({ user_id: '9', user_name: 'Carol', user_color: '#123456', client_id: '9' });
    expect(await names()).toEqual(['ann', '9']);
    provider.ws.close();
    expect((await ann.next('user_left')).data).toMatchObject({ client_id: '9' });
  });

  it('[SES7] without a name or colour one shows the username, and a colour that is always the same', async () => {
    const [ann, bob] = [await joined('ann@example.org'), await joined('ann@example.org')];
    const { data } = await ann.next('user_joined');
    expect(data).toMatchObject({ user_name: 'ann', user_color: expect.stringMatching(/^#[0-9a-f]{6}$/) });
    bob.send({ doc_id: 'other', type: 'join', data: { user_id: 'u', user_name: 'x'.repeat(257) } });
    expect((await bob.nextFault()).code).toBe(400);
  });
});
