import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { handshakeOf } from '../../src/adapters/websocket/transport/handshake.ts';

const HEADERS = {
  host: 'server.example.com',
  upgrade: 'websocket',
  connection: 'Upgrade',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
};

interface Request {
  readonly method?: string;
  readonly version?: readonly [number, number];
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

function handshake({ method = 'GET', version: [major, minor] = [1, 1], headers = {} }: Request = {}) {
  const request = { method, httpVersionMajor: major, httpVersionMinor: minor, headers: { ...HEADERS, ...headers } };
  return handshakeOf(request as unknown as IncomingMessage);
}

const statusOf = (request: Request) => Number(handshake(request).answer.split(' ')[1]);

describe('the opening handshake', () => {
  it('[WS1] has the golden answer of RFC 6455, section 1.3', () => {
    expect(handshake()).toEqual({
      kind: 'accepted',
      offeredProtocols: [],
      answer: [
        'HTTP/1.1 101 Switching Protocols',
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
        '\r\n',
      ].join('\r\n'),
    });
  });

  it.each<[string, Request]>([
    ['names in another case', { headers: { upgrade: 'WebSocket', connection: 'upgrade' } }],
    ['a connection that stays', { headers: { connection: 'keep-alive, Upgrade' } }],
    ['HTTP 2.0 in an upgrade', { version: [2, 0] }],
  ])('[WS1] %s is accepted', (_what, request) => {
    expect(handshake(request).kind).toBe('accepted');
  });

  it.each<[string, number, Request]>([
    ['another method', 405, { method: 'POST' }],
    ['HTTP 1.0', 400, { version: [1, 0] }],
    ['another upgrade', 400, { headers: { upgrade: 'h2c' } }],
    ['no upgrade', 400, { headers: { upgrade: undefined } }],
    ['a connection without it', 400, { headers: { connection: 'keep-alive' } }],
    ['no key', 400, { headers: { 'sec-websocket-key': undefined } }],
    ['a key of 15 bytes', 400, { headers: { 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAA' } }],
    ['two keys', 400, { headers: { 'sec-websocket-key': `${HEADERS['sec-websocket-key']}, AAAA` } }],
    ['version 8', 426, { headers: { 'sec-websocket-version': '8' } }],
    ['no version', 426, { headers: { 'sec-websocket-version': undefined } }],
    ['an empty subprotocol', 400, { headers: { 'sec-websocket-protocol': 'a,,b' } }],
    ['a subprotocol with a line end', 400, { headers: { 'sec-websocket-protocol': 'a\r\nX: y' } }],
    ['a subprotocol twice', 400, { headers: { 'sec-websocket-protocol': 'a, a' } }],
  ])('[WS1] %s is %i', (_what, status, request) => {
    expect(statusOf(request)).toBe(status);
    expect(handshake(request).answer).toMatch(/\r\nConnection: close\r\nContent-Length: 0\r\n\r\n$/);
  });

  it('[WS1] names the version it speaks, and the method', () => {
    expect(handshake({ headers: { 'sec-websocket-version': '8' } }).answer).toContain('Sec-WebSocket-Version: 13\r\n');
    expect(handshake({ method: 'POST' }).answer).toContain('Allow: GET\r\n');
  });

  it('[WS2] selects the first subprotocol, tells of all, and accepts no extension', () => {
    const headers = {
      'sec-websocket-protocol': 'yjs.token, v2',
      'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits',
    };
    const accepted = handshake({ headers });
    expect(accepted).toMatchObject({ kind: 'accepted', offeredProtocols: ['yjs.token', 'v2'] });
    expect(accepted.answer).toContain('\r\nSec-WebSocket-Protocol: yjs.token\r\n\r\n');
    expect(accepted.answer).not.toContain('Extensions');
  });
});
