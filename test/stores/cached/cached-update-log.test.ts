import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CacheOutcome } from '../../../src/application/ports/metrics.ts';
import type { VersionedUpdateLog } from '../../../src/domain/repositories/versioned-update-log.ts';
import type { CacheLevel } from '../../../src/infrastructure/stores/cached/cache-level.ts';
import { CachedUpdateLog } from '../../../src/infrastructure/stores/cached/cached-update-log.ts';
import { MemoryLevel } from '../../../src/infrastructure/stores/cached/memory-level.ts';
import { MemoryUpdateLog } from '../../../src/infrastructure/stores/memory/memory-update-log.ts';
import { id, record, utf8 } from '../../contracts/log-records.ts';
import { SabotagedLog } from '../../contracts/saboteur.ts';
import { updateLogContract } from '../../contracts/update-log.ts';
import { silentMetrics } from '../../support/silent-metrics.ts';

/** A log that fails on demand and counts, and still knows versions. */
class CountedLog extends SabotagedLog implements VersionedUpdateLog {
  readonly #versions: VersionedUpdateLog;

  constructor(log: VersionedUpdateLog) {
    super(log);
    this.#versions = log;
  }

  version(...args: Parameters<VersionedUpdateLog['version']>): Promise<string | undefined> {
    return this.#versions.version(...args);
  }
}

const BROKEN: CacheLevel = {
  name: 'redis',
  get: () => Promise.reject(new Error('away')),
  set: () => Promise.reject(new Error('away')),
  forget: () => Promise.reject(new Error('away')),
  close: () => Promise.resolve(),
};

function node(store: VersionedUpdateLog, levels: readonly CacheLevel[] = [new MemoryLevel(2 ** 20)]) {
  const asked: string[] = [];
  const cacheAsked = (level: string, outcome: CacheOutcome) => void asked.push(`${level} ${outcome}`);
  const log = new CountedLog(store);
  return { log, asked, cached: new CachedUpdateLog(log, levels, { ...silentMetrics(), cacheAsked }) };
}

updateLogContract('memory behind a cache', {
  persistence: 'volatile',
  open: async () => {
    const { cached } = node(new MemoryUpdateLog());
    return { log: cached, cleanup: () => cached.close() };
  },
});

updateLogContract('memory behind a cache that is away', {
  persistence: 'volatile',
  open: async () => {
    const { cached } = node(new MemoryUpdateLog(), [BROKEN]);
    return { log: cached, cleanup: () => cached.close() };
  },
});

describe('CachedUpdateLog', () => {
  it('[CACHE1] reads a document once from the store', async () => {
    const { cached, log, asked } = node(new MemoryUpdateLog());
    await cached.append([record('a', 1, ['one'])]);
    const first = await cached.load(id('a'));
    expect(await cached.load(id('a'))).toEqual(first);
    expect(log.calls('load')).toBe(1);
    expect(asked).toEqual(['memory miss', 'memory hit']);
  });

  it('[CACHE1] asks for what is not stored nowhere else', async () => {
    const { cached, log, asked } = node(new MemoryUpdateLog());
    expect(await cached.load(id('nothing'))).toBeUndefined();
    expect([log.calls('load'), asked]).toEqual([0, []]);
  });

  it('[CACHE2] many who want one document at once are one reading', async () => {
    const { cached, log } = node(new MemoryUpdateLog());
    await cached.append([record('a', 1, ['one'])]);
    await Promise.all(Array.from({ length: 20 }, () => cached.load(id('a'))));
    expect(log.calls('load')).toBe(1);
  });

  it('[CACHE3] an append on another node is seen by the next load', async () => {
    const store = new MemoryUpdateLog();
    const [here, there] = [node(store), node(store)];
    await here.cached.append([record('a', 1, ['one'])]);
    await here.cached.load(id('a'));
    await there.cached.append([record('a', 2, ['two'])]);
    expect(await here.cached.load(id('a'))).toMatchObject({ sequence: 2 });
    expect(here.asked).toEqual(['memory miss', 'memory outdated']);
  });

  it('[CACHE3] a load that began before an append is not shared with one that begins after it', async () => {
    const store = new MemoryUpdateLog();
    const { cached } = node(store);
    await cached.append([record('a', 1, ['one'])]);
    const before = cached.load(id('a'));
    await store.append([record('a', 2, ['two'])]);
    expect(await cached.load(id('a'))).toMatchObject({ sequence: 2 });
    expect((await before)?.sequence).toBeGreaterThanOrEqual(1);
  });

  it('[CACHE3] a document that was deleted and made anew is the new one', async () => {
    const store = new MemoryUpdateLog();
    const [here, there] = [node(store), node(store)];
    await here.cached.append([record('a', 1, ['old'])]);
    await here.cached.load(id('a'));
    await there.cached.delete(id('a'));
    expect(await here.cached.load(id('a'))).toBeUndefined();
    await there.cached.append([record('a', 1, ['new'])]);
    expect((await here.cached.load(id('a')))?.tail).toEqual([utf8('new')]);
  });

  it('[CACHE4] a level that fails costs nothing but the reading', async () => {
    const { cached, asked, log } = node(new MemoryUpdateLog(), [BROKEN, new MemoryLevel(2 ** 20)]);
    await cached.append([record('a', 1, ['one'])]);
    for (let time = 0; time < 2; time++) expect(await cached.load(id('a'))).toMatchObject({ sequence: 1 });
    await cached.delete(id('a'));
    expect(await cached.load(id('a'))).toBeUndefined();
    expect(asked).toEqual(['redis failed', 'memory miss', 'redis failed', 'memory hit']);
    expect(log.calls('load')).toBe(1);
  });

  it('[CACHE4] what the store cannot read is an error, and asked for again', async () => {
    const { cached, log } = node(new MemoryUpdateLog());
    await cached.append([record('a', 1, ['one'])]);
    log.sabotage({ method: 'load', nth: 1 });
    await expect(cached.load(id('a'))).rejects.toThrow('sabotaged');
    expect(await cached.load(id('a'))).toMatchObject({ sequence: 1 });
  });

  it('[CACHE5] memory holds no more bytes than it may', async () => {
    const memory = new MemoryLevel(100_000);
    const { cached, log } = node(new MemoryUpdateLog(), [memory]);
    for (let index = 0; index < 50; index++) {
      await cached.append([{ ...record(`d${index}`, 1, ['x']), updates: [new Uint8Array(10_000)] }]);
      await cached.load(id(`d${index}`));
      expect(memory.bytes).toBeLessThanOrEqual(100_000);
    }
    await cached.append([{ ...record('large', 1, ['x']), updates: [new Uint8Array(60_000)] }]);
    await cached.load(id('large'));
    await cached.load(id('large'));
    expect(log.calls('load')).toBe(52);
    await cached.load(id('d49'));
    expect(log.calls('load')).toBe(52);
  });

  it('[CACHE3] whatever two nodes do, each load answers as the store would', async () => {
    const action = fc.record({
      node: fc.nat(1),
      document: fc.constantFrom('a', 'b'),
      kind: fc.constantFrom('append', 'append', 'load', 'load', 'compact', 'delete'),
    });
    const property = fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      const store = new MemoryUpdateLog();
      const shared: CacheLevel = new MemoryLevel(2 ** 20);
      const nodes = [node(store, [new MemoryLevel(2 ** 20), shared]), node(store, [shared])];
      for (const { node: index, document, kind } of actions) {
        const { cached } = nodes[index]!;
        const stored = await store.load(id(document));
        const sequence = stored?.sequence ?? 0;
        if (kind === 'append') await cached.append([record(document, sequence + 1, [`${sequence}`])]);
        else if (kind === 'delete') await cached.delete(id(document));
        else if (kind === 'compact' && stored !== undefined && stored.tail.length > 0)
          await cached.compact(id(document), { update: utf8(`until ${sequence}`), sequence });
        else {
          const loaded = await cached.load(id(document));
          expect([loaded?.sequence, loaded?.lastModified]).toEqual([stored?.sequence, stored?.lastModified]);
        }
      }
    });
    await fc.assert(property, { numRuns: 60 });
  });
});
