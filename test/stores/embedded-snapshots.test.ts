import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Database, open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DamagedDocumentError } from '../../src/domain/repositories/update-log.ts';
import { EmbeddedUpdateLog } from '../../src/infrastructure/stores/embedded/embedded-update-log.ts';
import { seal } from '../../src/infrastructure/stores/shared/sealed-value.ts';
import { id, record, texts, utf8 } from '../contracts/log-records.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts';

const MIB = 1024 * 1024;

let directory: TemporaryDirectory;
let log: EmbeddedUpdateLog;
beforeEach(async () => {
  directory = temporaryDirectory();
  log = await EmbeddedUpdateLog.open(directory.path);
});
afterEach(async () => {
  await log.close();
  directory.remove();
});

async function reopened(): Promise<EmbeddedUpdateLog> {
  await log.close();
  log = await EmbeddedUpdateLog.open(directory.path);
  return log;
}

type Store = Database<Buffer, Buffer>;

/** Everything that LMDB has, while no server has the directory. */
async function inside(work: (databases: { snapshots: Store; chunks: Store }) => Promise<unknown>): Promise<void> {
  await log.close();
  const options = { encoding: 'binary', keyEncoding: 'binary' } as const;
  const root = open<Buffer, Buffer>({ ...options, path: join(directory.path, 'documents.mdb'), noSubdir: true });
  const database = (name: string) => root.openDB<Buffer, Buffer>(name, options);
  await work({ snapshots: database('snapshots'), chunks: database('snapshot-chunks') });
  await root.close();
  log = await EmbeddedUpdateLog.open(directory.path);
}

async function compacted(update: Uint8Array, sequence = 1, document = 'a'): Promise<void> {
  await log.append([record(document, sequence, [`u${sequence}`], 10 * sequence)]);
  await log.compact(id(document), { update, sequence });
}

async function sameAs(update: Uint8Array, sequence = 1): Promise<void> {
  const stored = await log.load(id('a'));
  expect([stored?.sequence, stored?.snapshot?.sequence, stored?.lastModified]).toEqual([
    sequence,
    sequence,
    10 * sequence,
  ]);
  expect(Buffer.compare(stored?.snapshot?.update ?? utf8(''), update)).toBe(0);
}

describe('snapshots of the embedded store', () => {
  it.each([0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB, 5 * MIB + 17])(
    '[LOG5] [LOG17] %i bytes come back as they were',
    async (bytes) => {
      const update = randomBytes(bytes);
      await compacted(update);
      await sameAs(update);
      await reopened();
      await sameAs(update);
    },
  );

  it('[LOG5] [LOG17] a newer one takes the place of all chunks of the older, and a deletion of all', async () => {
    const keys = async () => {
      let found: string[] = [];
      await inside(async ({ chunks }) => {
        found = [...chunks.getKeys()].map((key) => Buffer.from(key).toString('hex'));
      });
      return found;
    };
    await compacted(randomBytes(3 * MIB));
    await compacted(randomBytes(3 * MIB), 1, 'a/b');
    expect(await keys()).toHaveLength(6);
    const update = randomBytes(2 * MIB);
    await compacted(update, 2);
    await sameAs(update, 2);
    expect(await keys()).toHaveLength(5);
    await log.delete(id('a'));
    expect(await keys()).toHaveLength(3);
    expect(await log.load(id('a'))).toBeUndefined();
    expect(await log.list(undefined, 10)).toEqual([id('a/b')]);
    await compacted(utf8('small'), 1, 'a/b'.slice(0, 1));
    await sameAs(utf8('small'));
  });

  it('[LOG17] others have their turn while one is read or stored', async () => {
    const update = randomBytes(24 * MIB);
    let turns = 0;
    let counting = true;
    const count = () => {
      turns++;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    await compacted(update);
    const stored = turns;
    await log.load(id('a'));
    counting = false;
    expect(stored).toBeGreaterThan(5);
    expect(turns - stored).toBeGreaterThan(5);
  });

  it('[LOG3] [LOG17] a load in the middle of which another snapshot is stored has one of the two, whole', async () => {
    const [older, newer] = [randomBytes(12 * MIB), randomBytes(9 * MIB)];
    await compacted(older);
    await log.append([record('a', 2, ['u2'], 20)]);
    const loads: Promise<Awaited<ReturnType<EmbeddedUpdateLog['load']>>>[] = [];
    const compacting = log.compact(id('a'), { update: newer, sequence: 2 });
    let done = false;
    void compacting.then(() => {
      done = true;
    });
    while (!done) {
      loads.push(log.load(id('a')));
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const stored of await Promise.all(loads)) {
      const isNew = stored?.snapshot?.sequence === 2;
      expect(Buffer.compare(stored?.snapshot?.update ?? utf8(''), isNew ? newer : older)).toBe(0);
      expect(texts(stored?.tail)).toEqual(isNew ? [] : ['u2']);
    }
    await sameAs(newer, 2);
  });

  it('[LOG3] [LOG17] a load in the middle of which the document is deleted is whole or nothing', async () => {
    const update = randomBytes(12 * MIB);
    await compacted(update);
    const load = log.load(id('a'));
    await log.delete(id('a'));
    await log.append([record('a', 1, ['again'])]);
    const stored = await load;
    expect(Buffer.compare(stored?.snapshot?.update ?? utf8(''), update)).toBe(0);
    expect(texts((await log.load(id('a')))?.tail)).toEqual(['again']);
  });

  it('[LOG6] [LOG17] a chunk that is missing, cut or changed in any place is damage', async () => {
    const update = randomBytes(2 * MIB + 5);
    await compacted(update);
    const key = (chunks: Store) => Buffer.from([...chunks.getKeys()][1] ?? []);
    const damages: ((value: Buffer) => Buffer | undefined)[] = [
      () => undefined,
      (value) => value.subarray(1),
      (value) => Buffer.concat([value.subarray(0, -1), Buffer.of((value.at(-1) ?? 0) ^ 1)]),
    ];
    for (const damage of damages) {
      let intact = utf8('');
      await inside(async ({ chunks }) => {
        intact = Uint8Array.from(chunks.get(key(chunks)) ?? []);
        const damaged = damage(Buffer.from(intact));
        await (damaged === undefined ? chunks.remove(key(chunks)) : chunks.put(key(chunks), damaged));
      });
      await expect(log.load(id('a'))).rejects.toThrow(DamagedDocumentError);
      await inside(async ({ chunks }) => {
        const [first] = [...chunks.getKeys()].map((each) => Buffer.from(each));
        const second = Buffer.from(first ?? []);
        second[second.length - 1] = 1;
        await chunks.put(second, Buffer.from(intact));
      });
      await sameAs(update);
    }
  });

  it('[LOG18] one that an earlier version stored, whole whatever its size, is read, and folded into chunks', async () => {
    const update = randomBytes(3 * MIB);
    await log.append([record('a', 1, ['u1'], 10)]);
    await log.compact(id('a'), { update: utf8('in its place'), sequence: 1 });
    await inside(async ({ snapshots, chunks }) => {
      // A directory of that time has no place for chunks.
      await chunks.drop();
      const [key = Buffer.alloc(0)] = [...snapshots.getKeys()].map((each) => Buffer.from(each));
      // Version 1: sequence number and time as varUints, then the update.
      const value = Buffer.concat([Buffer.alloc(5), Buffer.of(1, 10), update]);
      await snapshots.put(key, Buffer.from(seal(key, value, 1)));
    });
    await sameAs(update);
    const next = randomBytes(3 * MIB);
    await compacted(next, 2);
    await sameAs(next, 2);
    await inside(async ({ snapshots, chunks }) => {
      expect([...snapshots.getKeys()].map((key) => snapshots.get(key)?.[0])).toEqual([2]);
      expect([...chunks.getKeys()]).toHaveLength(3);
    });
  });
});
