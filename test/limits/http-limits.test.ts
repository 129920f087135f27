import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Authenticator } from '../../src/application/ports/authenticator.ts';
import { atEnd } from '../support/clean-up.ts';
import { JsonClient } from '../support/json-client.ts';
import { principalOf } from '../support/principals.ts';
import type { RunningServer } from '../support/server.ts';
import { DENIED, YWebsocketClient } from '../support/y-websocket-client.ts';
import { limitCount } from './support/limit-count.ts';
import { limitedServer } from './support/limited-server.ts';

/** Sends bytes and says all that came until the server ended the connection. */
function talk(server: RunningServer, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(server.httpUrl).port), '127.0.0.1');
  atEnd(() => socket.destroy());
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.write(bytes);
  return new Promise((resolve) => socket.on('close', () => resolve(heard)));
}

const GET = 'GET /health HTTP/1.1\r\nHost: x\r\n';

describe('HTTP requests', () => {
  it('[LIM11] headers that come too slowly end the connection, and so does a client that says nothing', async () => {
    const server = await limitedServer({ HANDSHAKE_TIMEOUT_MS: '100', REQUEST_TIMEOUT_MS: '300' });
    expect(await talk(server, GET)).toMatch(/^HTTP\/1\.1 408 /);
    expect(await talk(server, '')).toMatch(/^HTTP\/1\.1 408 |^$/);
    expect(await limitCount(server, 'REQUEST_TIMEOUT_MS')).toBeGreaterThan(0);
  });

  it('[LIM11] a body that comes too slowly ends the connection', async () => {
    const server = await limitedServer({ HANDSHAKE_TIMEOUT_MS: '100', REQUEST_TIMEOUT_MS: '200' });
    expect(await talk(server, 'POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx')).toMatch(
      /^HTTP\/1\.1 (404|408) /,
    );
  });

  it('[LIM11] headers that are too large are refused with 431', async () => {
    const server = await limitedServer({ MAX_HEADER_BYTES: '4096' });
    expect(await talk(server, `${GET}X: ${'x'.repeat(5_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await limitCount(server, 'MAX_HEADER_BYTES')).toBe(1);
  });

  it('[LIM11] a URL that is too long is refused with 414, an upgrade too', async () => {
    const server = await limitedServer({ MAX_URL_LENGTH: '100' });
    const path = `/ws/${'d'.repeat(100)}`;
    expect((await fetch(`${server.httpUrl}${path}`)).status).toBe(414);
    await expect(YWebsocketClient.open(server.wsUrl, 'd'.repeat(100))).rejects.toThrow('414');
    expect(await limitCount(server, 'MAX_URL_LENGTH')).toBe(2);
  });

  it('[LIM11] garbage is answered with 400', async () => {
    const server = await limitedServer();
    expect(await talk(server, '\0\0\0\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('credentials', () => {
  it('[LIM11] a token that is too long is not looked at', async () => {
    let looks = 0;
    const authenticator: Authenticator = {
      demands: 'nothing',
      authenticate: () => {
        looks++;
        return Promise.resolve(principalOf());
      },
    };
    const server = await limitedServer({ MAX_TOKEN_BYTES: '64' }, { authenticator });
    const client = await YWebsocketClient.open(server.wsUrl, `d?token=${'x'.repeat(65)}`);
    await client.next(DENIED);
    expect(await client.closed).toBe(4401);
    const headers = { authorization: `Bearer ${'x'.repeat(65)}` };
    expect((await fetch(`${server.httpUrl}/documents/d`, { headers })).status).toBe(401);
    expect(looks).toBe(0);
    expect(await limitCount(server, 'MAX_TOKEN_BYTES')).toBe(2);
  });

  it('[LIM11] nobody waits for an authentication for ever', async () => {
    const authenticator: Authenticator = {
      demands: 'nothing',
      authenticate: () => new Promise<never>(() => undefined),
    };
    const server = await limitedServer({ HANDSHAKE_TIMEOUT_MS: '50' }, { authenticator });
    const client = await JsonClient.open(server.wsUrl);
    expect(await client.nextFault()).toEqual({ code: 503, error_type: 'CONNECTION_ERROR' });
    expect(await client.closed).toBe(1013);
    expect(await limitCount(server, 'HANDSHAKE_TIMEOUT_MS')).toBe(1);
  });
});
