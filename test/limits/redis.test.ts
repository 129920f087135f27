import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../support/clean-up.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { BEHIND_PROXY, from, limitedServer } from './support/limited-server.ts';

const isThere = spawnSync('redis-server', ['--version']).status === 0;
const required = process.env.CI === 'true';
if (!isThere && !required) console.log('no redis-server on the PATH: shared limits are not tested');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Redis in memory on a port of the loopback; ends with the test. */
async function startRedis(port: number): Promise<{ stop(): Promise<void>; child: ChildProcess }> {
  const directory = temporaryDirectory();
  const child = spawn('redis-server', [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--dir',
    directory.path,
  ]);
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
    directory.remove();
  };
  atEnd(() => (child.exitCode === null && child.signalCode === null ? stop() : undefined));
  for await (const line of createInterface({ input: child.stdout })) if (line.includes('Ready to accept')) break;
  child.stdout.resume();
  return { stop, child };
}

const SETTINGS = { RATE_ADDRESS_REQUESTS: '3', RATE_WINDOW_MS: '3600000', ...BEHIND_PROXY };

const ask = async ({ httpUrl }: { httpUrl: string }, address: string) =>
  (await fetch(`${httpUrl}/users/ann`, { headers: from(address) })).status;

async function isShared({ httpUrl }: { httpUrl: string }): Promise<boolean> {
  return (await (await fetch(`${httpUrl}/metrics`)).text()).includes('\ncollaboration_rate_limits_shared 1\n');
}

describe.skipIf(!isThere && !required)('limits that nodes share', () => {
  it('[LIM16] are counted together in Redis', async () => {
    const port = await freePort();
    await startRedis(port);
    const nodes = [0, 1].map(() => limitedServer({ ...SETTINGS, REDIS_URL: `redis://127.0.0.1:${port}` }));
    const [one, other] = await Promise.all(nodes);
    if (one === undefined || other === undefined) throw new Error('No servers');
    for (const node of [one, other]) await eventually('Redis', () => isShared(node));
    const address = '198.51.100.1';
    expect([await ask(one, address), await ask(other, address), await ask(one, address)]).toEqual([200, 200, 200]);
    expect([await ask(other, address), await ask(one, address)]).toEqual([429, 429]);
    expect(await ask(other, '198.51.100.2')).toBe(200);
  });

  it('[LIM16] while Redis is away each node counts for itself, and goes on sharing when it is back', async () => {
    const port = await freePort();
    const server = await limitedServer({ ...SETTINGS, REDIS_URL: `redis://127.0.0.1:${port}` });
    const address = '198.51.100.1';
    expect([await ask(server, address), await ask(server, address)]).toEqual([200, 200]);
    expect([await ask(server, address), await ask(server, address)]).toEqual([200, 429]);
    expect(await isShared(server)).toBe(false);
    const redis = await startRedis(port);
    await eventually('Redis', () => isShared(server));
    for (let at = 0; at < 3; at++) expect(await ask(server, '198.51.100.3')).toBe(200);
    expect(await ask(server, '198.51.100.3')).toBe(429);
    await redis.stop();
    await eventually('no Redis', async () => !(await isShared(server)));
    expect(await ask(server, '198.51.100.4')).toBe(200);
    const warnings = server.logs.filter(({ message }) => message.includes('Redis is away'));
    expect(warnings).toHaveLength(2);
  });

  it('[LIM16] a Redis that hangs holds nobody up', async () => {
    const port = await freePort();
    const redis = await startRedis(port);
    const server = await limitedServer({ ...SETTINGS, REDIS_URL: `redis://127.0.0.1:${port}` });
    await eventually('Redis', () => isShared(server));
    redis.child.kill('SIGSTOP');
    atEnd(() => redis.child.kill('SIGCONT'));
    expect(await ask(server, '198.51.100.5')).toBe(200);
  });
});
