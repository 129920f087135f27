import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Origins } from '../../src/adapters/shared/origins.ts';
import { limitCount } from './support/limit-count.ts';
import { limitedServer } from './support/limited-server.ts';

const LIST = 'https://app.example.org,https://*.example.com,http://*.localhost:8080';

async function statusOf(url: string, origin: string | undefined): Promise<number> {
  const ws = new WebSocket(url, origin === undefined ? {} : { origin });
  ws.on('error', () => undefined);
  const refused = once(ws, 'unexpected-response').then(
    ([, response]) => (response as { statusCode: number }).statusCode,
  );
  const status = await Promise.race([once(ws, 'open').then(() => 101), refused]);
  ws.terminate();
  return status;
}

describe('origins', () => {
  it('[LIM9] with no list, and with *, every page may connect', () => {
    for (const list of [[], ['*']]) {
      expect(new Origins(list).allows('https://evil.example')).toBe(true);
      expect(new Origins(list).headerFor('https://evil.example')).toBe('*');
    }
  });

  it.each([
    ['https://app.example.org', true],
    ['https://a.example.com', true],
    ['https://a.b.example.com', true],
    ['http://x.localhost:8080', true],
    [undefined, true],
    ['https://example.com', false],
    ['http://app.example.org', false],
    ['https://app.example.org:444', false],
    ['https://app.example.org.evil.example', false],
    ['https://evil.example/.example.com', false],
    ['https://evilexample.com', false],
    ['https://.example.com', false],
    ['null', false],
    ['', false],
  ])('[LIM9] with a list, %s may connect: %s', (origin, isAllowed) => {
    const origins = new Origins(LIST.split(','));
    expect(origins.allows(origin)).toBe(isAllowed);
    expect(origins.headerFor(origin)).toBe(isAllowed ? origin : undefined);
  });

  it('[LIM9] a WebSocket from another page is refused with 403, one from an allowed page or no page is not', async () => {
    const server = await limitedServer({ ALLOWED_ORIGINS: LIST });
    expect(await statusOf(`${server.wsUrl}/ws/d`, 'https://evil.example')).toBe(403);
    expect(await statusOf(`${server.wsUrl}/ws/d`, 'https://app.example.org')).toBe(101);
    expect(await statusOf(`${server.wsUrl}/ws`, undefined)).toBe(101);
    expect(await limitCount(server, 'ALLOWED_ORIGINS')).toBe(1);
  });

  it('[LIM9] the answers to HTTP requests say which pages may read them', async () => {
    const server = await limitedServer({ ALLOWED_ORIGINS: LIST });
    const ask = (origin: string, method = 'GET') => fetch(`${server.httpUrl}/health`, { method, headers: { origin } });
    const [allowed, other] = [await ask('https://a.example.com'), await ask('https://evil.example')];
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://a.example.com');
    expect(allowed.headers.get('vary')).toBe('Origin');
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    const preflight = await fetch(`${server.httpUrl}/documents/d`, {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example.com', 'access-control-request-method': 'GET' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
      204,
      'Authorization, Content-Type',
    ]);
    expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
  });
});
