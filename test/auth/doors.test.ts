import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { GrpcClient, type Stream } from '../grpc/support/client.ts';
import { atEnd } from '../support/clean-up.ts';
import { JsonClient } from '../support/json-client.ts';
import { Editor, MAJORS } from '../support/providers.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { insertion } from '../support/updates.ts';
import { DENIED, YWebsocketClient } from '../support/y-websocket-client.ts';
import { json as answerJson, HttpServer } from './support/http-server.ts';
import { forged, READ_ALL, type Said, SECRET, tokenOf, WRITE_ALL } from './support/tokens.ts';

async function start(environment: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
  const server = await startServer({ AUTH_SECRET: SECRET, ...environment });
  atEnd(() => server.stop());
  return server;
}

function grpc(server: RunningServer, token?: string): GrpcClient {
  const client = new GrpcClient(server.grpcAddress, token === undefined ? undefined : `Bearer ${token}`);
  atEnd(() => client.close());
  return client;
}

function stream(server: RunningServer, token?: string): Stream {
  const opened = grpc(server, token).open();
  atEnd(() => opened.call.cancel());
  return opened;
}

const ann = (said: Said = {}) => tokenOf({ sub: 'ann', name: 'Ann A.', color: '#c2410c', grants: WRITE_ALL, ...said });

/** Tokens that open nothing, however they are shown. */
const BAD: readonly (readonly [string, () => Promise<string>])[] = [
  ['no JSON Web Token', () => Promise.resolve('hello')],
  ['one of another secret', () => tokenOf({ sub: 'ann', grants: WRITE_ALL }, undefined, `other ${SECRET}`)],
  ['an expired one', () => tokenOf({ sub: 'ann', grants: WRITE_ALL }, Date.now() - 60_000)],
  ['one without a signature', () => Promise.resolve(forged({ alg: 'none' }, { sub: 'ann' }, Uint8Array.of()))],
  ['one that is too long', () => ann({ filler: 'x'.repeat(8_000) })],
];

describe('what is no token', () => {
  it.each(BAD)('[AUTH11] %s: 401 and close 4401 of a JSON socket', async (_what, token) => {
    const { wsUrl } = await start();
    const client = await JsonClient.open(wsUrl, `/ws?token=${await token()}`);
    expect(await client.nextFault()).toEqual({ code: 401, error_type: 'AUTHENTICATION_ERROR' });
    expect(await client.closed).toBe(4401);
  });

  it.each(BAD)('[AUTH11] %s: the auth message and close 4401 of a provider', async (_what, token) => {
    const { wsUrl } = await start();
    const client = await YWebsocketClient.open(wsUrl, `d?token=${await token()}`);
    expect([...(await client.nextOfAll()).subarray(0, 2)]).toEqual([...DENIED]);
    expect(await client.closed).toBe(4401);
  });

  it.each(BAD)('[AUTH11] %s: 401 and UNAUTHENTICATED of gRPC', async (_what, token) => {
    const server = await start();
    const one = stream(server, await token());
    expect(await one.takeError()).toEqual([401, 'AUTHENTICATION_ERROR']);
    expect(await one.status).toMatchObject({ code: 16 });
    const client = grpc(server, await token());
    await expect(client.getActiveUsers({ document_id: 'd' })).rejects.toMatchObject({ code: 16 });
    await expect(client.getDocumentState({ document_id: 'd', client_id: 'c' })).rejects.toMatchObject({ code: 16 });
  });

  it.each(BAD)('[AUTH11] %s: 401 with a challenge of HTTP', async (_what, token) => {
    const { httpUrl } = await start();
    for (const path of ['/documents/d', '/users/ann']) {
      const response = await fetch(`${httpUrl}${path}`, { headers: { authorization: `Bearer ${await token()}` } });
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([
        401,
        'Bearer realm="yjs-collaboration-server"',
      ]);
      expect(await response.json()).toMatchObject({ error: { code: 401, error_type: 'AUTHENTICATION_ERROR' } });
    }
  });
});

describe('what a webhook does not know', () => {
  it('[AUTH11] [AUTH16] ends each door like any other token that does not do', async () => {
    const webhook = await HttpServer.start((_asked, response) => answerJson(response, {}, 401));
    const server = await startServer({ AUTH_WEBHOOK_URL: webhook.url });
    atEnd(() => server.stop());
    const json = await JsonClient.open(server.wsUrl, '/ws?token=opaque');
    json.send({ doc_id: 'd', type: 'sync' });
    expect(await json.nextFault()).toEqual({ code: 401, error_type: 'AUTHENTICATION_ERROR' });
    expect(await json.closed).toBe(4401);
    const provider = await YWebsocketClient.open(server.wsUrl, 'd?token=opaque');
    expect([...(await provider.nextOfAll()).subarray(0, 2)]).toEqual([...DENIED]);
    expect(await provider.closed).toBe(4401);
    const one = stream(server, 'opaque');
    one.send('d', 'c', { join_document: { user_id: 'ann' } });
    expect(await one.takeError()).toEqual([401, 'AUTHENTICATION_ERROR']);
    expect(await one.status).toMatchObject({ code: 16 });
    const asked = grpc(server, 'opaque').getActiveUsers({ document_id: 'd' });
    await expect(asked).rejects.toMatchObject({ code: 16 });
    expect((await fetch(`${server.httpUrl}/documents/d?token=opaque`)).status).toBe(401);
  });
});

describe('no token', () => {
  it('[AUTH11] a provider, a gRPC stream and an HTTP request are refused', async () => {
    const server = await start();
    const provider = await YWebsocketClient.open(server.wsUrl, 'd');
    expect([...(await provider.nextOfAll()).subarray(0, 2)]).toEqual([...DENIED]);
    expect(await provider.closed).toBe(4401);
    expect(await stream(server).takeError()).toEqual([401, 'AUTHENTICATION_ERROR']);
    expect((await fetch(`${server.httpUrl}/documents/d`)).status).toBe(401);
  });

  it.each([
    ['sync', { doc_id: 'd', type: 'sync' }],
    ['sv', { doc_id: 'd', type: 'sv' }],
    ['join', { doc_id: 'd', type: 'join', data: { user_id: 'ann' } }],
    ['update', { doc_id: 'd', type: 'update', update: 'AAA=' }],
    ['heartbeat', { doc_id: 'd', type: 'heartbeat' }],
    ['large', `{"${'x'.repeat(200_000)}`],
  ])('[AUTH10] a JSON socket whose first message is %s gets a 401 and is closed with 4401', async (_type, message) => {
    const { wsUrl } = await start();
    const client = await JsonClient.open(wsUrl);
    client.send(message);
    client.send(message);
    expect(await client.nextFault()).toEqual({ code: 401, error_type: 'AUTHENTICATION_ERROR' });
    expect(await client.closed).toBe(4401);
    expect(client.received.unread).toEqual([]);
  });

  it('[AUTH11] health, metrics and the page ask for none', async () => {
    const { httpUrl } = await start();
    for (const path of ['/', '/health', '/health/live', '/health/ready', '/metrics'])
      expect((await fetch(`${httpUrl}${path}`)).status).toBe(200);
  });
});

describe('where a token is looked for', () => {
  it('[AUTH9] in the header, in a subprotocol, in the query, of a WebSocket', async () => {
    const { wsUrl } = await start();
    const token = await ann();
    const ways = [
      await JsonClient.open(wsUrl, '/ws', [], { authorization: `Bearer ${token}` }),
      await JsonClient.open(wsUrl, '/ws', ['yjs', `token.${token}`]),
      await JsonClient.open(wsUrl, '/ws', [`token.${token}`]),
      await JsonClient.open(wsUrl, `/ws?token=${token}`),
      await JsonClient.open(wsUrl, `/ws/d?token=${token}`),
    ];
    for (const client of ways) await client.sync('d');
    expect(ways.map(({ ws }) => ws.protocol)).toEqual(['', 'yjs', `token.${token}`, '', '']);
  });

  it('[AUTH9] the subprotocol that is selected is not the token, wherever that stands', async () => {
    const { wsUrl } = await start();
    const token = await ann();
    const client = await JsonClient.open(wsUrl, '/ws', [`token.${token}`, 'other', 'yjs']);
    expect(client.ws.protocol).toBe('other');
    await client.sync('d');
  });

  it('[AUTH9] a header counts before a subprotocol, that before the query', async () => {
    const { wsUrl } = await start();
    const [good, bad] = [await ann(), 'bad'];
    const one = await JsonClient.open(wsUrl, `/ws?token=${bad}`, ['yjs', `token.${bad}`], {
      authorization: `bearer ${good}`,
    });
    await one.sync('d');
    const two = await JsonClient.open(wsUrl, `/ws?token=${bad}`, ['yjs', `token.${good}`]);
    await two.sync('d');
    const three = await JsonClient.open(wsUrl, `/ws?token=${good}`, ['yjs', `token.${bad}`]);
    expect(await three.nextFault()).toMatchObject({ code: 401 });
  });

  it('[AUTH9] in the header or the query of HTTP', async () => {
    const { httpUrl } = await start();
    const token = await ann();
    const authorization = `Bearer ${token}`;
    expect((await fetch(`${httpUrl}/users/ann`, { headers: { authorization } })).status).toBe(200);
    expect((await fetch(`${httpUrl}/users/ann?token=${token}`)).status).toBe(200);
    expect((await fetch(`${httpUrl}/users/ann?token=${token}&token=${token}`)).status).toBe(401);
  });

  it.each(MAJORS)('[AUTH9] a real provider %s brings it in `params`, from 2 on in `protocols` too', async (major) => {
    const { wsUrl } = await start();
    const token = await ann();
    const one = new Editor(major, wsUrl, 'd', { params: { token } });
    const how = major === '1.5' ? { params: { token } } : { protocols: ['yjs', `token.${token}`] };
    const two = new Editor(major, wsUrl, 'd', how);
    await one.synced();
    await two.synced();
    one.append('hello');
    await two.hasText('hello');
  });

  it('[AUTH10] in an auth message of a JSON socket, before everything else', async () => {
    const { wsUrl } = await start();
    const client = await JsonClient.open(wsUrl);
    client.send({ type: 'auth', data: { token: await ann() } });
    expect(await client.next('auth')).toEqual({ type: 'auth', data: { user_id: 'ann', expires_at: null } });
    await client.join('d', 'ann');
  });

  it.each([
    ['a wrong token', { token: 'wrong' }, 401],
    ['a token that is none', { token: 7 }, 400],
    ['no data', undefined, 400],
  ])('[AUTH10] an auth message with %s', async (_what, data, code) => {
    const { wsUrl } = await start();
    const client = await JsonClient.open(wsUrl);
    client.send({ type: 'auth', data });
    expect(await client.nextFault()).toMatchObject({ code });
    if (code === 401) expect(await client.closed).toBe(4401);
  });
});

describe('what a token does not open', () => {
  const said = { grants: [{ documents: 'mine/**', access: 'write' }] };

  it('[AUTH11] is a 403 of each door', async () => {
    const server = await start();
    const token = await ann(said);
    const json = await JsonClient.open(server.wsUrl, `/ws?token=${token}`);
    for (const message of [{ type: 'sync' }, { type: 'sv' }, { type: 'join', data: { user_id: 'ann' } }]) {
      json.send({ doc_id: 'yours', ...message });
      expect(await json.nextFault()).toEqual({ code: 403, error_type: 'AUTHORIZATION_ERROR' });
    }
    await json.sync('mine/a');
    const provider = await YWebsocketClient.open(server.wsUrl, `yours?token=${token}`);
    expect([...(await provider.nextOfAll()).subarray(0, 2)]).toEqual([...DENIED]);
    expect(await provider.closed).toBe(4403);
    const one = stream(server, token);
    one.send('yours', 'c', { join_document: { user_id: 'ann' } });
    expect(await one.takeError()).toEqual([403, 'AUTHORIZATION_ERROR']);
    await one.join('mine/a', 'c', { user_id: 'ann' });
    await expect(grpc(server, token).getActiveUsers({ document_id: 'yours' })).rejects.toMatchObject({ code: 7 });
    const asked = { document_id: 'yours', client_id: 'c' };
    await expect(grpc(server, token).getDocumentState(asked)).rejects.toMatchObject({ code: 7 });
    const http = await fetch(`${server.httpUrl}/documents/yours?token=${token}`);
    expect([http.status, http.headers.get('www-authenticate')]).toEqual([403, null]);
  });

  it('[AUTH11] a user is found only where the one who asks may look', async () => {
    const server = await start();
    const json = await JsonClient.open(server.wsUrl, `/ws?token=${await ann()}`);
    await json.join('mine/a', 'ann');
    await json.join('yours', 'ann');
    const response = await fetch(`${server.httpUrl}/users/ann?token=${await ann(said)}`);
    const { sessions } = (await response.json()) as { readonly sessions: readonly { readonly document_id: string }[] };
    expect(sessions.map(({ document_id }) => document_id)).toEqual(['mine/a']);
  });
});

describe('who somebody is', () => {
  it('[AUTH14] a join as somebody else is a 403, and makes no session', async () => {
    const server = await start();
    const token = await ann();
    const json = await JsonClient.open(server.wsUrl, `/ws?token=${token}`);
    json.send({ doc_id: 'd', type: 'join', data: { user_id: 'bob' } });
    expect(await json.nextFault()).toEqual({ code: 403, error_type: 'AUTHORIZATION_ERROR' });
    json.send({ doc_id: 'd', type: 'awareness', data: {} });
    expect(await json.nextFault()).toMatchObject({ code: 404 });
    await json.sync('d');
    json.send({ doc_id: 'd', type: 'join', data: { user_id: 'bob' } });
    expect(await json.nextFault()).toMatchObject({ code: 403 });
    const one = stream(server, token);
    one.send('d', 'c', { join_document: { user_id: 'bob' } });
    expect(await one.takeError()).toEqual([403, 'AUTHORIZATION_ERROR']);
    expect((await one.join('d', 'c', { user_id: 'ann' })).active_users).toHaveLength(1);
  });

  it('[AUTH14] name and colour are those of the token where the client does not say', async () => {
    const server = await start();
    const token = await ann();
    const json = await JsonClient.open(server.wsUrl, `/ws?token=${token}`);
    json.send({ doc_id: 'd', type: 'join', data: {} });
    const { data } = await json.next('joined');
    expect(data).toMatchObject({ active_users: [{ user_id: 'ann', user_name: 'Ann A.', user_color: '#c2410c' }] });
    const one = stream(server, token);
    const { active_users } = await one.join('e', 'c', { user_id: 'ann', user_name: 'A', user_color: '' });
    expect(active_users).toMatchObject([{ user_id: 'ann', user_name: 'A', user_color: '#c2410c' }]);
  });

  it('[AUTH14] a provider is the user of its token, whatever name it shows', async () => {
    const { wsUrl, httpUrl } = await start();
    const token = await ann();
    const editor = new Editor('3', wsUrl, 'd', { params: { token } });
    const json = await JsonClient.open(wsUrl, `/ws?token=${await tokenOf({ sub: 'bob', grants: READ_ALL })}`);
    await json.sync('d');
    await editor.synced();
    editor.awareness.setLocalState({ user: { name: 'Bob' } });
    expect((await json.next('user_joined')).data).toMatchObject({ user_id: 'ann', user_name: 'Bob' });
    const response = await fetch(`${httpUrl}/documents/d?token=${token}`);
    expect(await response.json()).toMatchObject({ active_users: [{ user_id: 'ann', user_name: 'Bob' }] });
  });

  it('[AUTH15] without a token, or with one of nobody, the user id is anonymous', async () => {
    const server = await start({ AUTH_ANONYMOUS: 'read' });
    const json = await JsonClient.open(server.wsUrl);
    json.send({ doc_id: 'd', type: 'join', data: { user_id: 'ann' } });
    expect(await json.nextFault()).toMatchObject({ code: 403 });
    const { data } = await json.join('d', 'anonymous', { user_name: 'Guest' });
    expect(data).toMatchObject({ active_users: [{ user_id: 'anonymous', user_name: 'Guest' }] });
    json.update('d', insertion('x'));
    expect(await json.nextFault()).toMatchObject({ code: 403 });
    const nobody = stream(server, await tokenOf({ grants: WRITE_ALL }));
    nobody.send('d', 'c', { join_document: { user_id: 'ann' } });
    expect(await nobody.takeError()).toEqual([403, 'AUTHORIZATION_ERROR']);
    await nobody.join('d', 'c', { user_id: 'anonymous' });
    expect(await nobody.write('d', 'c', insertion('x'))).toBe(1);
  });
});

describe('secrets', () => {
  it('[AUTH18] neither tokens nor the secret are logged, whatever is wrong with them, or sent to anybody', async () => {
    const server = await start();
    const tokens = [
      ...(await Promise.all(BAD.slice(1).map(([, make]) => make()))),
      await ann(),
      await ann({ grants: [] }),
    ];
    for (const token of tokens) {
      for (const url of [`/ws?token=${token}`, `/ws/d?token=${token}`, '/ws/d']) {
        const ws = new WebSocket(`${server.wsUrl}${url}`, url === '/ws/d' ? [`token.${token}`] : []);
        atEnd(() => ws.terminate());
        ws.on('error', () => undefined);
        ws.on('message', (frame: Buffer) => expect(frame.toString('latin1')).not.toContain(token));
        await once(ws, 'open').catch(() => undefined);
        ws.send(JSON.stringify({ type: 'auth', data: { token } }));
        ws.send(JSON.stringify({ type: 'sync', doc_id: 'd' }));
        ws.close();
        await once(ws, 'close');
      }
      await fetch(`${server.httpUrl}/documents/d?token=${token}`);
      await grpc(server, token)
        .getActiveUsers({ document_id: 'd' })
        .catch(() => undefined);
    }
    const written = JSON.stringify(server.logs, (_key, value: unknown) =>
      value instanceof Error ? `${value.stack} ${String(value.cause)}` : value,
    );
    expect(server.logs.length).toBeGreaterThan(10);
    expect(written).not.toContain(SECRET);
    for (const token of tokens) {
      expect(written).not.toContain(token);
      for (const part of token.split('.')) if (part.length > 20) expect(written).not.toContain(part);
    }
  });
});
