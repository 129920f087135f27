import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Authenticator } from '../../src/application/ports/authenticator.ts';
import { GrpcClient } from '../grpc/support/client.ts';
import { atEnd } from '../support/clean-up.ts';
import { eventually } from '../support/eventually.ts';
import { JsonClient } from '../support/json-client.ts';
import { principalOf } from '../support/principals.ts';
import { limitCount } from './support/limit-count.ts';
import { BEHIND_PROXY, from, limitedServer } from './support/limited-server.ts';

interface Refusal {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** An upgrade's status; 101 stays open until the test ends. */
async function upgrade(
  wsUrl: string,
  headers: Record<string, string> = {},
  path = '/ws',
): Promise<Refusal & { ws: WebSocket }> {
  const ws = new WebSocket(`${wsUrl}${path}`, { headers });
  ws.on('error', () => undefined);
  atEnd(() => ws.terminate());
  const refused = once(ws, 'unexpected-response').then(([, response]) => {
    const { statusCode, headers: got } = response as { statusCode: number; headers: Record<string, string> };
    return { status: statusCode, retryAfter: got['retry-after'], ws };
  });
  return Promise.race([once(ws, 'open').then(() => ({ status: 101, retryAfter: undefined, ws })), refused]);
}

describe('requests', () => {
  it('[LIM7] HTTP: past the rate of an address 429 with Retry-After, health is always told', async () => {
    const server = await limitedServer({ RATE_ADDRESS_REQUESTS: '3', ...BEHIND_PROXY });
    const ask = (address: string) => fetch(`${server.httpUrl}/users/ann`, { headers: from(address) });
    for (let at = 0; at < 3; at++) expect((await ask('198.51.100.1')).status).toBe(200);
    const refused = await ask('198.51.100.1');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ error: { code: 429, error_type: 'RATE_LIMIT_EXCEEDED' } });
    expect((await ask('198.51.100.2')).status).toBe(200);
    expect((await fetch(`${server.httpUrl}/health/ready`, { headers: from('198.51.100.1') })).status).toBe(200);
    expect(await limitCount(server, 'RATE_ADDRESS_REQUESTS')).toBe(1);
  });

  it('[LIM7] WebSockets: the handshake gets 429 with Retry-After', async () => {
    const server = await limitedServer({ RATE_ADDRESS_REQUESTS: '2' });
    expect((await upgrade(server.wsUrl)).status).toBe(101);
    expect((await upgrade(server.wsUrl, {}, '/ws/d')).status).toBe(101);
    const refused = await upgrade(server.wsUrl);
    expect(refused.status).toBe(429);
    expect(Number(refused.retryAfter)).toBeGreaterThan(0);
  });

  it('[LIM7] gRPC: unary calls and streams get RESOURCE_EXHAUSTED', async () => {
    const server = await limitedServer({ RATE_ADDRESS_REQUESTS: '1' });
    const client = new GrpcClient(server.grpcAddress);
    atEnd(() => client.close());
    await client.getActiveUsers({ document_id: 'd' });
    await expect(client.getActiveUsers({ document_id: 'd' })).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
    const stream = client.open();
    expect(await stream.takeError()).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
    expect((await stream.status).code).toBe(status.RESOURCE_EXHAUSTED);
  });

  it('[LIM7] of a user: wherever it asks from', async () => {
    const principal = principalOf({ subject: 'ann' });
    const authenticator: Authenticator = { demands: 'nothing', authenticate: async () => principal };
    const server = await limitedServer({ RATE_USER_REQUESTS: '2', ...BEHIND_PROXY }, { authenticator });
    const ask = async (address: string) =>
      (await fetch(`${server.httpUrl}/users/ann`, { headers: from(address) })).status;
    expect([await ask('1.1.1.1'), await ask('1.1.1.2'), await ask('1.1.1.3')]).toEqual([200, 200, 429]);
    expect(await limitCount(server, 'RATE_USER_REQUESTS')).toBe(1);
  });

  it('[LIM7] documents that a socket opens behind the first one, and questions about others, count too', async () => {
    const server = await limitedServer({ RATE_ADDRESS_REQUESTS: '3' });
    const client = await JsonClient.open(server.wsUrl);
    for (const document of ['a', 'b']) await client.sync(document);
    client.send({ doc_id: 'c', type: 'sv' });
    await client.next('sv');
    client.send({ doc_id: 'd', type: 'sync' });
    expect(await client.nextFault()).toEqual({ code: 429, error_type: 'RATE_LIMIT_EXCEEDED' });
  });
});

describe('connections', () => {
  it('[LIM10] of one address past the limit: 429; others may connect, and so may it when one has gone', async () => {
    const server = await limitedServer({ MAX_CONNECTIONS_PER_ADDRESS: '2', ...BEHIND_PROXY });
    const first = await upgrade(server.wsUrl, from('2001:db8::1'));
    expect((await upgrade(server.wsUrl, from('2001:db8::2'))).status).toBe(101);
    expect(await upgrade(server.wsUrl, from('2001:db8::3'))).toMatchObject({ status: 429, retryAfter: '10' });
    expect((await upgrade(server.wsUrl, from('2001:db8:0:1::1'))).status).toBe(101);
    first.ws.close();
    await eventually('a free place', async () => (await upgrade(server.wsUrl, from('2001:db8::1'))).status === 101);
    expect(await limitCount(server, 'MAX_CONNECTIONS_PER_ADDRESS')).toBeGreaterThan(0);
  });

  it('[LIM10] a trusted proxy that names nobody is not limited', async () => {
    const server = await limitedServer({ MAX_CONNECTIONS_PER_ADDRESS: '1', ...BEHIND_PROXY });
    for (let at = 0; at < 3; at++) expect((await upgrade(server.wsUrl)).status).toBe(101);
  });

  it('[LIM10] in all past the limit: 503; gRPC streams count, and go by the proxy too', async () => {
    const server = await limitedServer({ MAX_CONNECTIONS: '2', ...BEHIND_PROXY });
    const client = new GrpcClient(server.grpcAddress);
    atEnd(() => client.close());
    const stream = client.open();
    await stream.join('d', 'ann');
    expect((await upgrade(server.wsUrl)).status).toBe(101);
    expect((await upgrade(server.wsUrl)).status).toBe(503);
    const refused = client.open();
    expect(await refused.takeError()).toEqual([503, 'CONNECTION_ERROR']);
    stream.call.end();
    await stream.status;
    await eventually('a free place', async () => (await upgrade(server.wsUrl)).status === 101);
    expect(await limitCount(server, 'MAX_CONNECTIONS')).toBeGreaterThan(1);
  });

  it('[LIM10] refused connections leave nothing behind', async () => {
    const server = await limitedServer({ MAX_CONNECTIONS_PER_ADDRESS: '1' });
    const { ws } = await upgrade(server.wsUrl);
    for (let at = 0; at < 5; at++) expect((await upgrade(server.wsUrl)).status).toBe(429);
    ws.terminate();
    const open = async () =>
      /^collaboration_connections (\d+)$/m.exec(await (await fetch(`${server.httpUrl}/metrics`)).text())?.[1];
    await eventually('no connection', async () => (await open()) === '0');
    expect((await upgrade(server.wsUrl)).status).toBe(101);
    expect(await open()).toBe('1');
  });
});
