import { describe, expect, it } from 'vitest';
import { isMissing } from '../kit/programs.ts';
import { startRedis } from '../kit/redis.ts';
import { atEnd } from '../support/clean-up.ts';
import { eventually } from '../support/eventually.ts';
import { BEHIND_PROXY, from, limitedServer } from './support/limited-server.ts';

async function someRedis() {
  const redis = await startRedis();
  atEnd(() => redis.stop());
  return redis;
}

const SETTINGS = { RATE_ADDRESS_REQUESTS: '3', RATE_WINDOW_MS: '3600000', ...BEHIND_PROXY };

const ask = async ({ httpUrl }: { httpUrl: string }, address: string) =>
  (await fetch(`${httpUrl}/users/ann`, { headers: from(address) })).status;

async function isShared({ httpUrl }: { httpUrl: string }): Promise<boolean> {
  return (await (await fetch(`${httpUrl}/metrics`)).text()).includes('\ncollaboration_rate_limits_shared 1\n');
}

describe.skipIf(isMissing('redis'))('limits that nodes share', () => {
  it('[LIM16] are counted together in Redis', async () => {
    const { url } = await someRedis();
    const nodes = [0, 1].map(() => limitedServer({ ...SETTINGS, REDIS_URL: url }));
    const [one, other] = await Promise.all(nodes);
    if (one === undefined || other === undefined) throw new Error('No servers');
    for (const node of [one, other]) await eventually('Redis', () => isShared(node));
    const address = '198.51.100.1';
    expect([await ask(one, address), await ask(other, address), await ask(one, address)]).toEqual([200, 200, 200]);
    expect([await ask(other, address), await ask(one, address)]).toEqual([429, 429]);
    expect(await ask(other, '198.51.100.2')).toBe(200);
  });

  it('[LIM16] while Redis is away each node counts for itself, and goes on sharing when it is back', async () => {
    const redis = await someRedis();
    await redis.kill();
    const server = await limitedServer({ ...SETTINGS, REDIS_URL: redis.url });
    const address = '198.51.100.1';
    expect([await ask(server, address), await ask(server, address)]).toEqual([200, 200]);
    expect([await ask(server, address), await ask(server, address)]).toEqual([200, 429]);
    expect(await isShared(server)).toBe(false);
    await redis.restart();
    await eventually('Redis', () => isShared(server));
    for (let at = 0; at < 3; at++) expect(await ask(server, '198.51.100.3')).toBe(200);
    expect(await ask(server, '198.51.100.3')).toBe(429);
    await redis.kill();
    await eventually('no Redis', async () => !(await isShared(server)));
    expect(await ask(server, '198.51.100.4')).toBe(200);
    const warnings = server.logs.filter(({ message }) => message.includes('Redis is away'));
    expect(warnings).toHaveLength(2);
  });

  it('[LIM16] a Redis that hangs holds nobody up', async () => {
    const redis = await someRedis();
    const server = await limitedServer({ ...SETTINGS, REDIS_URL: redis.url });
    await eventually('Redis', () => isShared(server));
    redis.pause();
    expect(await ask(server, '198.51.100.5')).toBe(200);
  });
});
