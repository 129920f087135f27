import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { BlockList } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HttpDoor, type HttpDoorOptions } from '../../src/adapters/http/http-door.ts';
import { ClientAddresses } from '../../src/adapters/shared/client-addresses.ts';
import { Origins } from '../../src/adapters/shared/origins.ts';
import { GatedLog } from '../grpc/support/gated-log.ts';
import { atEnd } from '../support/clean-up.ts';
import { eventually } from '../support/eventually.ts';
import { JsonClient } from '../support/json-client.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { insertion } from '../support/updates.ts';

async function start(...args: Parameters<typeof startServer>): Promise<RunningServer> {
  const server = await startServer(...args);
  atEnd(() => server.stop());
  return server;
}

async function get(url: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.json() };
}

describe('health', () => {
  it.each(['/', '/health', '/health/ready'])('[HTTP1] GET %s reports the state', async (path) => {
    const { httpUrl, wsUrl } = await start();
    const client = await JsonClient.open(wsUrl);
    await client.sync('d');
    const report = { status: 'ok', name: 'yjs-collaboration-server', documents: 1, sessions: 1 };
    expect(await get(`${httpUrl}${path}`)).toMatchObject({ status: 200, body: report });
  });

  it('[HTTP1] is not ready while the store fails, and ready again afterwards; it lives all the time', async () => {
    const clock = new ManualClock();
    const log = new GatedLog();
    const { httpUrl, wsUrl } = await start({ COMMIT_WINDOW_MS: '0' }, { log, clock });
    const client = await JsonClient.open(wsUrl);
    await client.sync('d');
    const append = log.append.bind(log);
    log.append = () => Promise.reject(new Error('The disk is full'));
    client.update('d', insertion('x'));
    await eventually('a failing store', async () => (await get(`${httpUrl}/health/ready`)).status === 503);
    expect(await get(`${httpUrl}/health`)).toMatchObject({ status: 200, body: { status: 'failing' } });
    expect(await get(`${httpUrl}/health/live`)).toEqual({ status: 200, body: { status: 'ok' } });
    log.append = append;
    clock.advance(200);
    await client.next('ack');
    expect(await get(`${httpUrl}/health/ready`)).toMatchObject({ status: 200 });
  });

  it('[HTTP1] is not ready while the server stops', async () => {
    const door = new HttpDoor({ ...UNUSED, health: { version: '0', state: 'stopping', documents: 0, sessions: 0 } });
    const url = await listening(door);
    expect(await get(`${url}/health/ready`)).toMatchObject({ status: 503, body: { status: 'stopping' } });
  });
});

/** What the routes under test do not touch. */
const UNUSED = {
  upgrades: { upgrade: () => undefined, close: () => undefined, terminate: () => undefined, openConnections: 0 },
  health: { version: '0', state: 'ready', documents: 0, sessions: 0 },
  metrics: { contentType: 'text/plain', text: () => Promise.resolve(''), limitReached: () => undefined },
  httpLimits: { headersTimeout: 1_000, requestTimeout: 1_000, maxHeaderBytes: 16_384, maxConnections: 100 },
  admission: { request: () => Promise.resolve() },
  addresses: new ClientAddresses(new BlockList()),
  origins: new Origins([]),
  pages: undefined,
  limits: { maxUrlLength: 1_000, maxStatelessBytes: 1024, maxMessageBytes: 1024 },
} as unknown as HttpDoorOptions;

async function listening(door: HttpDoor): Promise<string> {
  const { port } = await door.listen({ host: '127.0.0.1', port: 0 });
  atEnd(() => door.close());
  return `http://127.0.0.1:${port}`;
}

describe('metrics', () => {
  it('[HTTP2] are in the text format of Prometheus, and count what happened', async () => {
    const { httpUrl, wsUrl } = await start();
    const client = await JsonClient.open(wsUrl);
    await client.sync('d');
    await client.write('d', insertion('x'));
    const response = await fetch(`${httpUrl}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    expect(text).toMatch(/^collaboration_updates_stored_total 1$/m);
    expect(text).toMatch(/^collaboration_events_total\{event="DocumentUpdated"\} 1$/m);
    expect(text).toMatch(/^collaboration_websocket_connections 1$/m);
    for (const line of text.split('\n')) expect(line).toMatch(/^(#.*|[a-zA-Z_:][\w:]*(\{.*\})? \S+|)$/);
  });
});

describe('documents', () => {
  it('[HTTP3] describes a document without its content', async () => {
    const { httpUrl, wsUrl } = await start();
    const client = await JsonClient.open(wsUrl);
    await client.join('team/notes ü', 'ann@example.org');
    await client.write('team/notes ü', insertion('secret content'));
    for (const id of ['team/notes%20%C3%BC', 'team%2Fnotes%20%C3%BC']) {
      const { status, body } = await get(`${httpUrl}/documents/${id}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        document_id: 'team/notes ü',
        name: 'notes ü',
        parent: 'team',
        is_root: false,
        sequence_number: 1,
        active_users: [{ user_id: 'ann@example.org', user_name: 'ann', status: 'Active' }],
      });
      expect(JSON.stringify(body)).not.toContain('secret content');
    }
  });

  it('[HTTP3] is 404 for one that was never written and 400 for an id that is none', async () => {
    const { httpUrl } = await start();
    const missing = { status: 404, body: { error: { code: 404, error_type: 'DOCUMENT_NOT_FOUND' } } };
    expect(await get(`${httpUrl}/documents/nothing`)).toMatchObject(missing);
    for (const id of ['x'.repeat(257), '%00', '%20']) {
      expect(await get(`${httpUrl}/documents/${id}`)).toMatchObject({ status: 400 });
    }
  });
});

describe('pages', () => {
  it('[HTTP4] [WEB6] /demo serves the page, with its policy, and keeps the query', async () => {
    const pages = await mkdtemp(join(tmpdir(), 'pages-'));
    atEnd(() => rm(pages, { recursive: true }));
    await writeFile(join(pages, 'index.html'), '<title>demo</title>');
    const url = await listening(new HttpDoor({ ...UNUSED, pages }));
    const redirect = await fetch(`${url}/demo?doc=x`, { redirect: 'manual' });
    expect([redirect.status, redirect.headers.get('location')]).toEqual([302, '/demo/?doc=x']);
    const page = await fetch(`${url}/demo/?doc=x`);
    expect(await page.text()).toBe('<title>demo</title>');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    for (const path of ['/demo/../package.json', '/demo/%2e%2e/package.json', '/demo/missing']) {
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    }
  });

  it.each(['/elsewhere', '/documents', '/ws', '/metrics/x'])('[HTTP4] GET %s is 404', async (path) => {
    const { httpUrl } = await start();
    expect((await fetch(`${httpUrl}${path}`)).status).toBe(404);
  });
});
