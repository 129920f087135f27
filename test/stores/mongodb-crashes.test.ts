import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ConflictError, type LogRecord } from '../../src/domain/repositories/update-log.ts';
import { collectionsOf } from '../../src/infrastructure/stores/mongodb/collections.ts';
import { MongoUpdateLog } from '../../src/infrastructure/stores/mongodb/mongo-update-log.ts';
import { id, pattern, record, texts } from '../contracts/log-records.ts';
import { describeEach, runningDatabase } from './support/databases.ts';
import { openInMongoDb } from './support/open-in-mongodb.ts';
import { type Moment, SabotagedCollections } from './support/sabotaged-collections.ts';

const MOMENTS: readonly Moment[] = ['half', 'after'];
/** More than any call has commands. */
const MOST_COMMANDS = 40;
const LONGEST = 60_000;
/** In two chunks. */
const LARGE = pattern(1_100_000);

interface Faults {
  afterwards?(name: string): Promise<void>;
  /** There are more places for a fault than these. */
  readonly least?: number;
}

describeEach(['mongodb'], 'a server that dies at any command', (name) => {
  const service = runningDatabase(name);
  let client: MongoClient;
  let opened: Awaited<ReturnType<typeof openInMongoDb>>;
  let sabotaged: SabotagedCollections;
  let log: MongoUpdateLog;

  beforeAll(async () => {
    client = await new MongoClient(service().url, { promoteBuffers: true }).connect();
  });
  afterAll(() => client.close());
  beforeEach(async () => {
    opened = await openInMongoDb(service().url);
    sabotaged = new SabotagedCollections(collectionsOf(client.db(), opened.prefix));
    log = await openSabotaged();
  });
  afterEach(() => opened.cleanup());

  /** One that knows nothing yet. */
  const survive = () => MongoUpdateLog.open(collectionsOf(client.db(), opened.prefix), async () => undefined);

  const wipe = async () => {
    const { schema: _, ...others } = collectionsOf(client.db(), opened.prefix);
    for (const collection of Object.values(others)) await collection.deleteMany({});
  };

  const openSabotaged = () => MongoUpdateLog.open(sabotaged.collections, async () => undefined);

  /** Runs `call` with a fault at each of its commands, each time on documents of its own; others would slow the server down. */
  const everywhere = async (
    prepare: (name: string) => Promise<void>,
    call: (name: string) => Promise<void>,
    check: (name: string) => Promise<void>,
    { afterwards = async () => {}, least = 10 }: Faults = {},
  ) => {
    let faults = 0;
    for (const moment of MOMENTS) {
      for (let nth = 1; nth < MOST_COMMANDS; nth++) {
        const name = `${moment} ${nth}`;
        await prepare(name);
        sabotaged.sabotage(nth, moment);
        const outcome = await call(name).then(
          () => 'done',
          () => 'failed',
        );
        if (!sabotaged.heal()) break;
        faults++;
        await check(name);
        if (outcome === 'failed') await call(name);
        await afterwards(name);
        await wipe();
      }
      await wipe();
    }
    expect(faults).toBeGreaterThan(least);
  };

  const begun = async (name: string) => {
    await log.append([record(name, 1, ['one'], 1), record(name, 2, ['two'], 2)]);
  };

  const isPrefix = (some: readonly string[], all: readonly string[]) => {
    expect(some).toEqual(all.slice(0, some.length));
  };

  it(
    '[MONGO2] [LOG4] an append leaves whole records in their order, and repeating it stores each once',
    async () => {
      const large = (name: string): LogRecord => ({ ...record(`${name} large`, 2, []), updates: [LARGE] });
      const calls = (name: string) => [
        record(name, 3, ['three', 'four'], 3),
        record(name, 5, ['five'], 5),
        record(`${name} new`, 1, ['one'], 3),
        record(`${name} new`, 2, ['two'], 3),
        large(name),
      ];
      await everywhere(
        async (name) => {
          await begun(name);
          await log.append([record(`${name} large`, 1, ['one'])]);
        },
        async (name) => {
          await log.append(calls(name));
          const again = await survive();
          expect(texts((await again.load(id(name)))?.tail)).toEqual(['one', 'two', 'three', 'four', 'five']);
          expect(texts((await again.load(id(`${name} new`)))?.tail)).toEqual(['one', 'two']);
          const stored = await again.load(id(`${name} large`));
          expect(stored?.tail).toHaveLength(2);
          expect(Buffer.compare(stored?.tail[1] ?? new Uint8Array(0), LARGE)).toBe(0);
        },
        async (name) => {
          const survivor = await survive();
          const tail = texts((await survivor.load(id(name)))?.tail);
          isPrefix(tail, ['one', 'two', 'three', 'four', 'five']);
          expect(tail).not.toHaveLength(3);
          const made = await survivor.load(id(`${name} new`));
          if (made !== undefined) expect(texts(made.tail)).toEqual(['one', 'two']);
          const listed = (await survivor.list(undefined, 1_000)).map(({ value }) => value);
          expect(listed.includes(`${name} new`)).toBe(made !== undefined);
          expect((await survivor.load(id(`${name} large`)))?.sequence).toBeLessThanOrEqual(2);
        },
      );
    },
    LONGEST,
  );

  it(
    '[MONGO2] [LOG19] whoever takes over goes on behind what the dead one left, and it is not written over',
    async () => {
      const left: string[][] = [];
      await everywhere(
        begun,
        (name) => log.append([record(name, 3, ['three']), record(name, 4, ['four'])]),
        async (name) => {
          const survivor = await survive();
          const stored = await survivor.load(id(name));
          const sequence = stored?.sequence ?? 0;
          await survivor.append([record(name, sequence + 1, ['theirs'])]);
          const all = [...texts(stored?.tail), 'theirs'];
          expect(texts((await survivor.load(id(name)))?.tail)).toEqual(all);
          left.push(all);
          if (sequence < 4) {
            await expect(log.append([record(name, 3, ['three']), record(name, 4, ['four'])])).rejects.toThrow(
              ConflictError,
            );
            expect(texts((await survivor.load(id(name)))?.tail)).toEqual(all);
          }
          // For the repetition.
          await log.delete(id(name));
          await begun(name);
        },
      );
      expect(new Set(left.map(({ length }) => length))).toEqual(new Set([3, 4, 5]));
    },
    LONGEST,
  );

  it(
    '[MONGO2] [LOG5] a compaction leaves the document as it was, and the next one leaves no more than one does',
    async () => {
      const update = LARGE;
      await everywhere(
        async (name) => {
          await begun(name);
          await log.compact(id(name), { update: pattern(10), sequence: 1 });
          await log.append([
            { ...record(name, 3, [], 3), updates: [pattern(1_060_000)] },
            record(name, 4, ['four'], 4),
          ]);
        },
        async (name) => {
          await log.compact(id(name), { update, sequence: 3 });
          const stored = await (await survive()).load(id(name));
          expect(stored).toMatchObject({ sequence: 4, lastModified: 4, snapshot: { sequence: 3 } });
          expect(Buffer.compare(stored?.snapshot?.update ?? new Uint8Array(0), update)).toBe(0);
        },
        async (name) => {
          const survivor = await survive();
          const stored = await survivor.load(id(name));
          expect(stored).toMatchObject({ sequence: 4, lastModified: 4 });
          expect([1, 3]).toContain(stored?.snapshot?.sequence);
          expect(stored?.tail).toHaveLength(4 - (stored?.snapshot?.sequence ?? 0));
        },
        {
          afterwards: async (name) => {
            await log.compact(id(name), { update: pattern(20), sequence: 4 });
            const { updates, snapshots, chunks } = collectionsOf(client.db(), opened.prefix);
            const counts = [updates, snapshots, chunks].map((collection) => collection.countDocuments());
            expect(await Promise.all(counts)).toEqual([0, 1, 0]);
          },
        },
      );
    },
    LONGEST,
  );

  it(
    '[MONGO2] [LOG7] a deletion is done or not, and the next start removes what it left',
    async () => {
      await everywhere(
        async (name) => {
          await begun(name);
          await log.compact(id(name), { update: LARGE, sequence: 1 });
        },
        (name) => log.delete(id(name)),
        async (name) => {
          const survivor = await survive();
          const stored = await survivor.load(id(name));
          if (stored !== undefined) expect(stored).toMatchObject({ sequence: 2, snapshot: { sequence: 1 } });
          expect(await survivor.list(undefined, 10)).toHaveLength(stored === undefined ? 0 : 1);
          await survivor.delete(id(name));
          const { deletions, schema, ...others } = collectionsOf(client.db(), opened.prefix);
          for (const collection of [...Object.values(others), deletions]) {
            expect(await collection.countDocuments()).toBe(0);
          }
          expect(await schema.countDocuments()).toBe(1);
        },
        { least: 6 },
      );
    },
    LONGEST,
  );

  it(
    '[MONGO2] [LOG19] a record that came too late, and that its server did not live to remove, is read by nobody',
    async () => {
      const theirs = await opened.other();
      await everywhere(
        async (name) => {
          await log.append([record(name, 1, ['one'])]);
          await theirs.load(id(name));
          await theirs.append([record(name, 2, ['two']), record(name, 3, ['three'])]);
          await theirs.compact(id(name), { update: pattern(10), sequence: 3 });
        },
        (name) =>
          log.append([record(name, 2, ['late', 'late', 'late']), record(name, 5, ['late'])]).catch(() => undefined),
        async (name) => {
          expect(await theirs.load(id(name))).toMatchObject({ sequence: 3, tail: [] });
          await expect(log.append([record(name, 2, ['late', 'late', 'late'])])).rejects.toThrow(ConflictError);
          await theirs.append([record(name, 4, ['four'])]);
          const stored = await (await survive()).load(id(name));
          expect(texts(stored?.tail)).toEqual(['four']);
          expect(await theirs.version(id(name))).toMatch(/:4:/);
        },
        { least: 3 },
      );
    },
    LONGEST,
  );
});
