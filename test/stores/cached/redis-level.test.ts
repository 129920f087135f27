import { describe, expect, it } from 'vitest';
import type { VersionedUpdateLog } from '../../../src/domain/repositories/versioned-update-log.ts';
import type { DocumentId } from '../../../src/domain/value-objects/document-id.ts';
import { CachedUpdateLog } from '../../../src/infrastructure/stores/cached/cached-update-log.ts';
import { MemoryLevel } from '../../../src/infrastructure/stores/cached/memory-level.ts';
import { RedisLevel } from '../../../src/infrastructure/stores/cached/redis-level.ts';
import { MemoryUpdateLog } from '../../../src/infrastructure/stores/memory/memory-update-log.ts';
import { id, record, utf8 } from '../../contracts/log-records.ts';
import { isMissing } from '../../kit/programs.ts';
import { startRedis } from '../../kit/redis.ts';
import { atEnd } from '../../support/clean-up.ts';
import { eventually } from '../../support/eventually.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { silentMetrics } from '../../support/silent-metrics.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A server's caches in front of a store; connected. */
async function node(url: string, store: VersionedUpdateLog) {
  const clock = new ManualClock();
  const memory = new MemoryLevel(2 ** 20);
  const forgotten: string[] = [];
  const redis = new RedisLevel({
    url,
    expireAfter: 60_000,
    clock,
    logger: silent,
    forgotten: (documentId: DocumentId) => {
      forgotten.push(documentId.value);
      void memory.forget(documentId);
    },
  });
  const asked: string[] = [];
  const metrics = {
    ...silentMetrics(),
    cacheAsked: (level: string, outcome: string) => void asked.push(`${level} ${outcome}`),
  };
  const cached = new CachedUpdateLog(store, [memory, redis], metrics);
  atEnd(() => cached.close());
  await eventually('Redis', async () => redis.isConnected);
  return { cached, memory, redis, clock, asked, forgotten };
}

async function someRedis() {
  const redis = await startRedis();
  atEnd(() => redis.stop());
  return redis;
}

describe.skipIf(isMissing('redis'))('documents in Redis', () => {
  it('[CACHE1] [CACHE6] what one node has read comes to another from Redis, as it was', async () => {
    const { url } = await someRedis();
    const store = new MemoryUpdateLog();
    const [one, other] = [await node(url, store), await node(url, store)];
    await store.append([record('ä/b', 1, ['one', 'two'], 7)]);
    await store.compact(id('ä/b'), { update: utf8('12'), sequence: 2 });
    await store.append([record('ä/b', 3, ['three'], 8)]);
    const read = await one.cached.load(id('ä/b'));
    await eventually('in Redis', async () => (await one.redis.get(id('ä/b'))) !== undefined);
    expect(await other.cached.load(id('ä/b'))).toEqual(read);
    expect(other.asked).toEqual(['memory miss', 'redis hit']);
    expect(await other.cached.load(id('ä/b'))).toEqual(read);
    expect(other.asked.slice(2)).toEqual(['memory hit']);
  });

  it('[CACHE7] a deleted document is forgotten by every level of every node', async () => {
    const { url } = await someRedis();
    const store = new MemoryUpdateLog();
    const [one, other] = [await node(url, store), await node(url, store)];
    await store.append([record('a', 1, ['one'])]);
    await other.cached.load(id('a'));
    await eventually('in Redis', async () => (await one.redis.get(id('a'))) !== undefined);
    await one.cached.delete(id('a'));
    await eventually('told', async () => other.forgotten.includes('a'));
    expect([await one.redis.get(id('a')), await other.memory.get(id('a'))]).toEqual([undefined, undefined]);
    expect(await other.cached.load(id('a'))).toBeUndefined();
  });

  it('[CACHE4] a Redis that is killed changes no answer, and is used again when it is back', async () => {
    const redis = await someRedis();
    const store = new MemoryUpdateLog();
    const { cached, asked, clock, redis: level, memory } = await node(redis.url, store);
    await store.append([record('a', 1, ['one'])]);
    await redis.kill();
    await eventually('no Redis', async () => !level.isConnected);
    expect(await cached.load(id('a'))).toMatchObject({ sequence: 1 });
    await cached.delete(id('a'));
    expect(await cached.load(id('a'))).toBeUndefined();
    await store.append([record('b', 1, ['one'])]);
    await redis.restart();
    await eventually('Redis', async () => level.isConnected);
    clock.advance(6_000);
    await cached.load(id('b'));
    await memory.forget(id('b'));
    await eventually('in Redis', async () => (await level.get(id('b'))) !== undefined);
    await cached.load(id('b'));
    expect(asked).toEqual(['memory miss', 'redis failed', 'memory miss', 'redis miss', 'memory miss', 'redis hit']);
  });

  it('[CACHE4] a Redis that hangs is asked once, then left alone for a while', async () => {
    const redis = await someRedis();
    const store = new MemoryUpdateLog();
    const { cached, asked } = await node(redis.url, store);
    await store.append([record('a', 1, ['one']), record('b', 1, ['one'])]);
    redis.pause();
    expect(await cached.load(id('a'))).toMatchObject({ sequence: 1 });
    const started = performance.now();
    expect(await cached.load(id('b'))).toMatchObject({ sequence: 1 });
    expect(performance.now() - started).toBeLessThan(500);
    expect(asked.filter((each) => each === 'redis failed')).toHaveLength(2);
    redis.resume();
  });
});
