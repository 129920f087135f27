import { describe, expect, it } from 'vitest';
import { Expiries } from '../../src/application/connection/expiries.ts';
import { checkAccess } from '../../src/application/use-cases/check-access.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { GrpcClient, type Stream } from '../grpc/support/client.ts';
import { atEnd } from '../support/clean-up.ts';
import { JsonClient } from '../support/json-client.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { principalOf } from '../support/principals.ts';
import { Editor } from '../support/providers.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { insertion } from '../support/updates.ts';
import { DENIED, UPDATE, YWebsocketClient } from '../support/y-websocket-client.ts';
import { json as answerJson, HttpServer } from './support/http-server.ts';
import { READ_ALL, type Said, SECRET, tokenOf, WRITE_ALL } from './support/tokens.ts';

const LIFETIME = 60_000;

/** A clock that jumps makes clients look dead that are not, and lets nothing wait for a window. */
const TIMELESS = { PING_INTERVAL_MS: '86400000', COMMIT_WINDOW_MS: '0' };

interface Scene {
  readonly server: RunningServer;
  readonly clock: ManualClock;
  token(said?: Said, lifetime?: number): Promise<string>;
}

async function scene(environment: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const clock = new ManualClock();
  const settings = { ...TIMELESS, AUTH_SECRET: SECRET, AUTH_CLOCK_TOLERANCE_MS: '0', ...environment };
  const server = await startServer(settings, { clock });
  atEnd(() => server.stop());
  const token = (said: Said = {}, lifetime = LIFETIME) =>
    tokenOf({ sub: 'ann', grants: WRITE_ALL, ...said }, clock.now() + lifetime);
  return { server, clock, token };
}

function stream(server: RunningServer, token: string): Stream {
  const client = new GrpcClient(server.grpcAddress, `Bearer ${token}`);
  atEnd(() => client.close());
  const opened = client.open();
  atEnd(() => opened.call.cancel());
  return opened;
}

const auth = (token: string) => ({ type: 'auth', data: { token } });

describe('a token that expires', () => {
  it('[AUTH12] ends a JSON socket with 401 and 4401, and its session at once', async () => {
    const { server, clock, token } = await scene();
    const watcher = await JsonClient.open(server.wsUrl, `/ws?token=${await token({ sub: 'bob' }, 10 * LIFETIME)}`);
    const client = await JsonClient.open(server.wsUrl, `/ws?token=${await token()}`);
    await watcher.sync('d');
    await client.join('d', 'ann');
    await watcher.next('user_joined');
    clock.advance(LIFETIME - 1_000);
    await client.write('d', insertion('in time'));
    clock.advance(1_000);
    expect(await client.nextFault()).toEqual({ code: 401, error_type: 'AUTHENTICATION_ERROR' });
    expect(await client.closed).toBe(4401);
    await watcher.next('user_left');
    await watcher.write('d', insertion('goes on'));
  });

  it('[AUTH12] the session is over also where the client does not answer the close', async () => {
    const { server, clock, token } = await scene();
    const watcher = await JsonClient.open(server.wsUrl, `/ws?token=${await token({ sub: 'bob' }, 10 * LIFETIME)}`);
    const client = await JsonClient.open(server.wsUrl, `/ws?token=${await token()}`);
    await watcher.sync('d');
    await client.join('d', 'ann');
    await watcher.next('user_joined');
    client.ws.pause();
    clock.advance(LIFETIME);
    await watcher.next('user_left');
  });

  it('[AUTH12] opens nothing between its end and the sweep', async () => {
    const clock = new ManualClock();
    const principal = principalOf({ expiresAt: clock.now() });
    expect(() => checkAccess({ clock }, principal, DocumentId.parse('d'))).toThrow(
      expect.objectContaining({ kind: 'unauthenticated' }),
    );
    const asked = { ...principal, accessTo: async () => 'write' as const };
    await expect(checkAccess({ clock }, asked, DocumentId.parse('d'))).rejects.toMatchObject({
      kind: 'unauthenticated',
    });
    const later = principalOf({ expiresAt: clock.now() + 1 });
    expect(checkAccess({ clock }, later, DocumentId.parse('d'))).toBe('write');
  });

  it('[AUTH12] ends a socket that has nothing open, too', async () => {
    const { server, clock, token } = await scene();
    const client = await JsonClient.open(server.wsUrl, `/ws?token=${await token()}`);
    await client.settle();
    clock.advance(LIFETIME);
    expect(await client.closed).toBe(4401);
  });

  it('[AUTH12] ends a provider with the auth message and 4401; nothing it sends then is taken', async () => {
    const { server, clock, token } = await scene();
    const client = await YWebsocketClient.join(server.wsUrl, `d?token=${await token()}`);
    await client.write(insertion('in time'));
    clock.advance(LIFETIME);
    client.update(insertion('too late'));
    await client.next(DENIED);
    expect(await client.closed).toBe(4401);
    const reader = await JsonClient.open(server.wsUrl, `/ws?token=${await token()}`);
    const { stateVector } = await reader.sync('d');
    // One client has written.
    expect(stateVector[0]).toBe(1);
  });

  it('[AUTH12] ends a gRPC stream: what was sent is acknowledged, then a 401 and UNAUTHENTICATED', async () => {
    const { server, clock, token } = await scene();
    const one = stream(server, await token());
    await one.join('d', 'c', { user_id: 'ann' });
    expect(await one.write('d', 'c', insertion('in time'))).toBe(1);
    clock.advance(LIFETIME);
    expect(await one.takeError()).toEqual([401, 'AUTHENTICATION_ERROR']);
    expect(await one.status).toMatchObject({ code: 16 });
    const again = stream(server, await token());
    await again.join('d', 'c', { user_id: 'ann' });
  });

  it('[AUTH12] a real provider with a new token comes back, with what it wrote meanwhile', async () => {
    const { server, clock, token } = await scene();
    const editor = new Editor('3', server.wsUrl, 'd', { params: { token: await token() } });
    await editor.synced();
    const fresh = await token({}, 10 * LIFETIME);
    (editor.provider as unknown as { params: object }).params = { token: fresh };
    clock.advance(LIFETIME);
    await editor.until('an end', () => !editor.provider.wsconnected);
    editor.append('written offline');
    await editor.synced();
    const reader = new Editor('3', server.wsUrl, 'd', { params: { token: fresh } });
    await reader.hasText('written offline');
  });

  it('[AUTH12] a join that is under way when the token expires makes no session', async () => {
    const clock = new ManualClock();
    let decide: () => void = () => undefined;
    const asked = new Promise<void>((seen) => {
      decide = seen;
    });
    const webhook = await HttpServer.start((_asked, response) => {
      decide();
      held.push(() => answerJson(response, { access: 'write' }));
    });
    const held: (() => void)[] = [];
    const settings = { AUTH_SECRET: SECRET, AUTH_CLOCK_TOLERANCE_MS: '0', AUTH_WEBHOOK_URL: webhook.url };
    const server = await startServer(settings, { clock });
    atEnd(() => server.stop());
    const one = stream(server, await tokenOf({ sub: 'ann' }, clock.now() + LIFETIME));
    one.send('d', 'c', { join_document: { user_id: 'ann' } });
    await asked;
    clock.advance(LIFETIME);
    for (const answer of held) answer();
    expect(await one.takeError()).toEqual([401, 'AUTHENTICATION_ERROR']);
    const health = (await (await fetch(`${server.httpUrl}/health`)).json()) as { readonly sessions: number };
    expect(health.sessions).toBe(0);
  });

  it('[AUTH12] [AUTH16] so does the end that a webhook gives', async () => {
    const clock = new ManualClock();
    const webhook = await HttpServer.start((_asked, response) =>
      answerJson(response, { access: 'write', sub: 'ann', expiresAt: clock.now() + LIFETIME }),
    );
    const server = await startServer({ ...TIMELESS, AUTH_WEBHOOK_URL: webhook.url }, { clock });
    atEnd(() => server.stop());
    const client = await JsonClient.open(server.wsUrl, '/ws?token=opaque');
    await client.join('d', 'ann');
    clock.advance(LIFETIME);
    expect(await client.nextFault()).toMatchObject({ code: 401 });
    expect(await client.closed).toBe(4401);
  });

  it('[AUTH10] a JSON socket that shows no token is closed with 4401 after AUTH_TIMEOUT_MS', async () => {
    const { server, clock } = await scene({ AUTH_TIMEOUT_MS: '5000' });
    const client = await JsonClient.open(server.wsUrl);
    clock.advance(4_000);
    clock.advance(2_000);
    expect(await client.nextFault()).toEqual({ code: 401, error_type: 'AUTHENTICATION_ERROR' });
    expect(await client.closed).toBe(4401);
  });
});

describe('a token that is refreshed', () => {
  it('[AUTH13] by an auth message: the sessions of the socket go on', async () => {
    const { server, clock, token } = await scene();
    const client = await JsonClient.open(server.wsUrl, `/ws?token=${await token()}`);
    await client.join('d', 'ann');
    clock.advance(LIFETIME / 2);
    const expires_at = clock.now() + LIFETIME;
    client.send(auth(await token()));
    expect((await client.next('auth')).data).toEqual({ user_id: 'ann', expires_at });
    clock.advance(LIFETIME - 1_000);
    await client.write('d', insertion('still here'));
    clock.advance(1_000);
    expect(await client.closed).toBe(4401);
  });

  it('[AUTH13] what the new one allows holds for documents that are open', async () => {
    const { server, token } = await scene();
    const client = await JsonClient.open(server.wsUrl, `/ws?token=${await token({ grants: READ_ALL })}`);
    await client.sync('a');
    await client.sync('b');
    client.update('a', insertion('x'));
    expect(await client.nextFault()).toMatchObject({ code: 403 });
    client.send(auth(await token({ grants: [{ documents: 'a', access: 'write' }] })));
    const refused = await client.next('error');
    expect([refused.doc_id, refused.data?.code]).toEqual(['b', 403]);
    await client.next('auth');
    await client.write('a', insertion('x'));
    client.update('b', insertion('x'));
    expect(await client.nextFault()).toMatchObject({ code: 404 });
  });

  it('[AUTH13] one of somebody else is a 403, and the socket stays who it was', async () => {
    const { server, token } = await scene();
    const client = await JsonClient.open(server.wsUrl, `/ws?token=${await token()}`);
    await client.join('d', 'ann');
    client.send(auth(await token({ sub: 'bob' })));
    expect(await client.nextFault()).toEqual({ code: 403, error_type: 'AUTHORIZATION_ERROR' });
    await client.write('d', insertion('x'));
    client.send({ doc_id: 'e', type: 'join', data: { user_id: 'bob' } });
    expect(await client.nextFault()).toMatchObject({ code: 403 });
  });

  it('[AUTH13] while nothing is open it may be of anybody: somebody without a token shows one', async () => {
    const { server, token } = await scene({ AUTH_ANONYMOUS: 'read' });
    const client = await JsonClient.open(server.wsUrl);
    client.send(auth(await token()));
    expect((await client.next('auth')).data).toMatchObject({ user_id: 'ann' });
    await client.join('d', 'ann');
    await client.write('d', insertion('x'));
    client.send({ doc_id: 'd', type: 'leave' });
    client.send(auth(await token({ sub: 'bob' })));
    await client.next('auth');
    await client.join('d', 'bob');
  });

  it('[AUTH13] [AUTH16] a webhook says whose the new one is', async () => {
    const users: Readonly<Record<string, string>> = { 'one of ann': 'ann', 'another of ann': 'ann', 'of bob': 'bob' };
    const webhook = await HttpServer.start(({ body }, response) => {
      const sub = users[(JSON.parse(body) as { readonly token: string }).token];
      answerJson(response, { access: sub === 'bob' ? 'read' : 'write', sub });
    });
    const server = await startServer({ AUTH_WEBHOOK_URL: webhook.url });
    atEnd(() => server.stop());
    const client = await JsonClient.open(server.wsUrl);
    client.send(auth('one of ann'));
    await client.next('auth');
    await client.join('d', 'ann');
    client.send(auth('another of ann'));
    expect((await client.next('auth')).data).toMatchObject({ user_id: 'ann' });
    client.send(auth('of bob'));
    expect(await client.nextFault()).toMatchObject({ code: 403 });
    await client.write('d', insertion('still of ann'));
  });

  it('[AUTH13] one that does not do ends the socket', async () => {
    const { server, token } = await scene();
    const client = await JsonClient.open(server.wsUrl, `/ws?token=${await token()}`);
    client.send(auth('wrong'));
    expect(await client.nextFault()).toMatchObject({ code: 401 });
    expect(await client.closed).toBe(4401);
  });

  it('[AUTH13] by text frames on the path of a document, for the provider on the same socket', async () => {
    const { server, token } = await scene();
    const client = await YWebsocketClient.join(server.wsUrl, `d?token=${await token({ grants: READ_ALL })}`);
    client.update(insertion('x'));
    await client.next(DENIED);
    client.ws.send(JSON.stringify(auth(await token())));
    await client.received.take('answer', (frame) => frame.includes('"auth"'));
    const update = insertion('x');
    client.update(update);
    await client.next(UPDATE);
  });
});

describe('the sweep', () => {
  it('[AUTH12] ends what has expired, once, and forgets what has gone', () => {
    const expiries = new Expiries();
    const ended: string[] = [];
    const watch = (name: string, expiresAt: number | undefined) => {
      const each = { principal: principalOf({ expiresAt }), expire: () => ended.push(name) };
      expiries.watch(each);
      return each;
    };
    watch('a', 1_000);
    watch('b', 2_000);
    watch('never', undefined);
    expiries.forget(watch('gone', 500));
    expiries.sweep(999);
    expect(ended).toEqual([]);
    expiries.sweep(1_000);
    expiries.sweep(1_500);
    expect(ended).toEqual(['a']);
    expiries.sweep(3_000);
    expect(ended).toEqual(['a', 'b']);
  });
});
