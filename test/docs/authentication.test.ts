import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECRET } from '../auth/support/tokens.ts';
import { atEnd } from '../support/clean-up.ts';
import { JsonClient } from '../support/json-client.ts';
import { PACKAGE_ROOT } from '../support/package-root.ts';
import { startServer } from '../support/server.ts';
import { insertion } from '../support/updates.ts';
import { markedBlock } from './support/markdown.ts';

const text = readFileSync(join(PACKAGE_ROOT, 'docs/authentication.md'), 'utf8');
const env = { ...process.env, AUTH_SECRET: SECRET, AUTH_WEBHOOK_SECRET: SECRET };
const hasPython = spawnSync('python3', ['--version']).status === 0;

let folder: string;

beforeAll(() => {
  const parent = join(PACKAGE_ROOT, 'tmp');
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, 'authentication-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function saved(name: string, file: string, change: (code: string) => string = (code) => code): string {
  const path = join(folder, file);
  writeFileSync(path, change(markedBlock(text, 'run', name)));
  return path;
}

async function expectToOpen(token: string, environment: Readonly<Record<string, string>>): Promise<void> {
  const server = await startServer(environment);
  atEnd(() => server.stop());
  const client = await JsonClient.open(server.wsUrl, `/ws?token=${token}`);
  const joined = await client.join('team/notes', 'ada');
  expect(joined.data).toMatchObject({ active_users: [{ user_id: 'ada', user_name: 'Ada' }] });
  await client.write('team/notes', insertion('x'));
  client.send({ doc_id: 'other', type: 'sync' });
  expect(await client.nextFault()).toMatchObject({ code: 403 });
}

describe('docs/authentication.md', () => {
  it('[DOCS1] the program for Node.js makes a token that the server takes', async () => {
    const token = execFileSync(process.execPath, [saved('node', 'token.mjs')], { env, encoding: 'utf8' });
    await expectToOpen(token.trimEnd(), { AUTH_SECRET: SECRET });
  });

  it.skipIf(!hasPython)('[DOCS1] so does the program for Python', async () => {
    const token = execFileSync('python3', [saved('python', 'token.py')], { env, encoding: 'utf8' });
    await expectToOpen(token.trimEnd(), { AUTH_SECRET: SECRET });
  });

  it('[DOCS1] the webhook lets in whom it says it does, and answers nobody else', async () => {
    const port = await freePort();
    const path = saved('webhook', 'webhook.mjs', (code) => code.replace('listen(3000', `listen(${port}, '127.0.0.1'`));
    const child = spawn(process.execPath, [path], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    atEnd(() => child.kill());
    await once(child.stdout, 'data');
    const url = `http://127.0.0.1:${port}/`;
    await expectToOpen('secret-of-ada', { AUTH_WEBHOOK_URL: url, AUTH_WEBHOOK_SECRET: SECRET });
    const unsigned = await fetch(url, { method: 'POST', body: '{"token":"secret-of-ada","document":"team/notes"}' });
    expect(unsigned.status).toBe(400);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port.');
  return address.port;
}
