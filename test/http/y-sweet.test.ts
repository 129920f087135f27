import { describe, expect, it } from 'vitest';
import type { Access } from '../../src/application/ports/authenticator.ts';
import { SECRET, tokenOf, WRITE_ALL } from '../auth/support/tokens.ts';
import { GatedLog } from '../grpc/support/gated-log.ts';
import { BAIT, POISON } from '../grpc/support/poison.ts';
import { atEnd } from '../support/clean-up.ts';
import { everybodyMay, holdersOf } from '../support/principals.ts';
import { startServer } from '../support/server.ts';
import { insertion, insertions, textOf } from '../support/updates.ts';
import { YWebsocketClient } from '../support/y-websocket-client.ts';

async function start(...args: Parameters<typeof startServer>) {
  const server = await startServer(...args);
  atEnd(() => server.stop());
  return server;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function post(url: string, body?: object | Uint8Array, token?: string): Promise<Answer> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const sent = body === undefined ? null : body instanceof Uint8Array ? body : JSON.stringify(body);
  const answer = await fetch(url, { method: 'POST', body: sent as string, headers });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
}

async function read(url: string, token?: string): Promise<string> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/as-update`, { headers });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
  return textOf(new Uint8Array(await answer.arrayBuffer()));
}

describe('POST /doc/new', () => {
  it('[SWEET5] names a document', async () => {
    const { httpUrl } = await start();
    expect(await post(`${httpUrl}/doc/new`, { docId: 'a/b' })).toEqual({ status: 200, body: { docId: 'a/b' } });
    const { body } = await post(`${httpUrl}/doc/new`);
    expect(body.docId).toMatch(/^[0-9a-f-]{36}$/);
    for (const faulty of [{ docId: '' }, { docId: 7 }, []]) {
      expect((await post(`${httpUrl}/doc/new`, faulty)).status).toBe(400);
    }
    expect((await post(`${httpUrl}/doc/new`, Buffer.from('{'))).status).toBe(400);
  });
});

describe('POST /doc/<id>/auth', () => {
  it('[SWEET7] says where to connect, as the request, a proxy or the configuration has it', async () => {
    const { httpUrl } = await start();
    const host = httpUrl.slice('http://'.length);
    const expected = {
      url: `ws://${host}/d/a%2Fb/ws`,
      baseUrl: `${httpUrl}/d/a%2Fb`,
      docId: 'a/b',
      authorization: 'full',
    };
    expect((await post(`${httpUrl}/doc/a%2Fb/auth`)).body).toEqual(expected);
    expect((await post(`${httpUrl}/doc/a/b/auth`)).body).toEqual(expected);
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'docs.example.org, inner' };
    const proxied = await fetch(`${httpUrl}/doc/x/auth`, { method: 'POST', headers });
    expect(await proxied.json()).toMatchObject({ url: 'wss://docs.example.org/d/x/ws' });
    const other = await start({ PUBLIC_URL: 'https://example.org/sync/' });
    const { body } = await post(`${other.httpUrl}/doc/x/auth`);
    expect(body).toMatchObject({ url: 'wss://example.org/sync/d/x/ws', baseUrl: 'https://example.org/sync/d/x' });
    expect((await post(`${httpUrl}/doc/x/other`)).status).toBe(404);
  });

  it('[SWEET8] makes a token for this document, which may no more and lives no longer than the one that came', async () => {
    const { httpUrl, wsUrl } = await start({ AUTH_SECRET: SECRET });
    const backend = await tokenOf({ sub: 'backend', grants: WRITE_ALL }, Date.now() + 3_600_000);
    expect((await post(`${httpUrl}/doc/d/auth`)).status).toBe(401);
    const { body } = await post(`${httpUrl}/doc/d/auth`, { validForSeconds: 10 }, backend);
    const token = String(body.token);
    expect(body).toMatchObject({ authorization: 'full' });
    expect(token).not.toBe(backend);
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ sub: 'backend', grants: [{ documents: 'd', access: 'write' }] });
    expect(claims.exp - claims.iat).toBe(10);
    expect((await post(`${httpUrl}/d/d/update`, insertion('x'), token)).status).toBe(200);
    expect((await post(`${httpUrl}/d/other/update`, insertion('x'), token)).status).toBe(403);
    const reader = (await post(`${httpUrl}/doc/d/auth`, { authorization: 'read-only' }, token)).body;
    expect(reader).toMatchObject({ authorization: 'read-only' });
    expect(await read(`${httpUrl}/d/d`, String(reader.token))).toBe('x');
    expect((await post(`${httpUrl}/d/d/update`, insertion('y'), String(reader.token))).status).toBe(403);
    const again = (await post(`${httpUrl}/doc/d/auth`, { validForSeconds: 3_600 }, token)).body;
    const outlived = JSON.parse(Buffer.from(String(again.token).split('.')[1] ?? '', 'base64url').toString());
    expect(outlived.exp).toBeLessThanOrEqual(claims.exp);
    expect((await post(`${httpUrl}/doc/${encodeURIComponent('a*')}/auth`, {}, backend)).status).toBe(400);
    const socket = await YWebsocketClient.join(wsUrl, `d?token=${reader.token}`);
    expect(textOf((await socket.sync()).subarray(3))).toBe('x');
  });

  it('[SWEET8] gives the token back where the server has nothing to sign with, if it may no more than was asked for', async () => {
    const authenticator = holdersOf({ ann: { subject: 'ann' }, reader: { accessTo: () => 'read' } });
    const { httpUrl } = await start({}, { authenticator });
    expect((await post(`${httpUrl}/doc/d/auth`, {}, 'ann')).body).toMatchObject({
      token: 'ann',
      authorization: 'full',
    });
    const wish = { authorization: 'read-only' };
    expect((await post(`${httpUrl}/doc/d/auth`, wish, 'ann')).status).toBe(403);
    expect((await post(`${httpUrl}/doc/d/auth`, {}, 'reader')).body).toMatchObject({ authorization: 'read-only' });
  });
});

describe('/d/<id>', () => {
  it('[SWEET9] is written when it is durable, and read by anybody who may', async () => {
    const log = new GatedLog();
    const { httpUrl } = await start({}, { log });
    const base = `${httpUrl}/d/${encodeURIComponent('a/b')}`;
    expect(await read(base)).toBe('');
    log.shutGate('append');
    let state = 'pending';
    const written = post(`${base}/update`, insertion('text')).then((answer) => {
      state = 'answered';
      return answer;
    });
    await log.reached('append');
    expect(await read(base)).toBe('text');
    expect(state).toBe('pending');
    log.openGate('append');
    expect(await written).toEqual({ status: 200, body: {} });
    const provider = await (await fetch(`${httpUrl}/health`)).json();
    expect(provider).toMatchObject({ sessions: 0 });
  });

  it('[SWEET9] refuses what is no update, too large, does not integrate, or misses what it needs', async () => {
    const { httpUrl } = await start({ MAX_MESSAGE_BYTES: '4096', GAP_TIMEOUT_MS: '50', ROOM_IDLE_MS: '100' });
    const url = `${httpUrl}/d/d/update`;
    expect((await post(url, BAIT)).status).toBe(200);
    for (const faulty of [new Uint8Array(), Uint8Array.of(1, 9), POISON]) {
      expect(await post(url, faulty)).toMatchObject({ status: 400, body: { error: { error_type: 'INVALID_UPDATE' } } });
    }
    expect((await post(url, insertion('x'.repeat(5_000)))).status).toBe(413);
    const [, gap = new Uint8Array()] = insertions('one', 'two');
    expect((await post(url, gap)).status).toBe(400);
    expect((await post(url, insertion('fine'))).status).toBe(200);
    expect((await post(`${httpUrl}/d/d/other`, insertion('x'))).status).toBe(404);
    expect((await fetch(`${httpUrl}/d/d/other`)).status).toBe(404);
  });

  it('[SWEET9] is not written by somebody who may not', async () => {
    let access: Access = 'read';
    const { httpUrl } = await start({}, { authenticator: everybodyMay(() => access) });
    expect((await post(`${httpUrl}/d/d/update`, insertion('x'))).status).toBe(403);
    expect(await read(`${httpUrl}/d/d`)).toBe('');
    access = 'none';
    for (const path of ['doc/d/auth', 'd/d/update']) expect((await post(`${httpUrl}/${path}`)).status).toBe(403);
    expect((await fetch(`${httpUrl}/d/d/as-update`)).status).toBe(403);
    expect((await post(`${httpUrl}/doc/new`, { docId: 'd' })).status).toBe(403);
  });

  it('[SWEET10] lets pages of other origins ask', async () => {
    const { httpUrl } = await start();
    for (const path of ['/doc/new', '/doc/a%2Fb/auth', '/d/a/b/update']) {
      const headers = { origin: 'https://app.example.org', 'access-control-request-headers': 'authorization' };
      const answer = await fetch(`${httpUrl}${path}`, { method: 'OPTIONS', headers });
      expect(answer.status).toBe(204);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('access-control-allow-headers')).toContain('Authorization');
    }
    const answers = [
      await fetch(`${httpUrl}/d/a/as-update`),
      await fetch(`${httpUrl}/d/a/update`, { method: 'POST', body: 'x' }),
    ];
    for (const each of answers) expect(each.headers.get('access-control-allow-origin')).toBe('*');
  });
});
