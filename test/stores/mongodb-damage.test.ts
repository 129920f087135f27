import { type Db, MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ConflictError, DamagedDocumentError } from '../../src/domain/repositories/update-log.ts';
import { type Collections, collectionsOf } from '../../src/infrastructure/stores/mongodb/collections.ts';
import { id, pattern, record, texts } from '../contracts/log-records.ts';
import { describeEach, runningDatabase } from './support/databases.ts';
import { openInMongoDb } from './support/open-in-mongodb.ts';

/** What each collection has of the document `a`, in the order of `_id`. */
class Rows {
  readonly collections: Collections;

  constructor(collections: Collections) {
    this.collections = collections;
  }

  async ids(kind: 'updates' | 'snapshots' | 'chunks', document = 'a'): Promise<string[]> {
    const { incarnation } = (await this.collections.documents.findOne({ _id: document })) ?? { incarnation: '' };
    const rows = this.collections[kind].find({ _id: { $gt: incarnation, $lt: `${incarnation}~` } } as object);
    return (await rows.sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
  }

  async update(nth: number, document = 'a') {
    const row = await this.collections.updates.findOne({ _id: (await this.ids('updates', document))[nth] ?? '' });
    if (row === null) throw new Error('There is no such update.');
    return row;
  }
}

/** What a fault of the database, or somebody with a client, might do to `a`: updates 3 and 4 behind a snapshot, 4 in chunks. */
const DAMAGES: readonly (readonly [string, (rows: Rows) => Promise<unknown>, RegExp, readable: number])[] = [
  [
    'an update in between is gone',
    async (rows) => rows.collections.updates.deleteOne({ _id: (await rows.update(0))._id }),
    /should follow/,
    2,
  ],
  [
    'a chunk of an update is gone',
    async (rows) => rows.collections.chunks.deleteOne({ _id: (await rows.ids('chunks')).at(-1) ?? '' }),
    /1 of its 2 parts/,
    3,
  ],
  [
    'an update has other bytes',
    async (rows) =>
      rows.collections.updates.updateOne({ _id: (await rows.update(0))._id }, { $set: { value: pattern(40) } }),
    /version|header|checksum/,
    2,
  ],
  [
    'an update is of another document',
    async (rows) => {
      const { value, stamp } = await rows.update(0, 'b');
      return rows.collections.updates.updateOne({ _id: (await rows.update(0))._id }, { $set: { value, stamp } });
    },
    /checksum/,
    2,
  ],
  [
    'an update has another length',
    async (rows) => rows.collections.updates.updateOne({ _id: (await rows.update(0))._id }, { $set: { last: 4 } }),
    /checksum/,
    2,
  ],
  [
    'the snapshot has lost a chunk',
    async (rows) => rows.collections.chunks.deleteOne({ _id: (await rows.ids('chunks'))[0] ?? '' }),
    /snapshot of 2: 1 of its 2 parts/,
    0,
  ],
  [
    'the snapshot is gone',
    async (rows) => rows.collections.snapshots.deleteOne({ _id: (await rows.ids('snapshots'))[0] ?? '' }),
    /update 1 should follow/,
    0,
  ],
  [
    'its entry names another incarnation',
    (rows) => rows.collections.documents.updateOne({ _id: 'a' }, { $set: { incarnation: '0'.repeat(32) } }),
    /entry/,
    0,
  ],
];

describeEach(['mongodb'], 'damage', (name) => {
  const service = runningDatabase(name);
  let opened: Awaited<ReturnType<typeof openInMongoDb>>;
  let client: MongoClient;
  let rows: Rows;

  beforeEach(async () => {
    opened = await openInMongoDb(service().url);
    client = await new MongoClient(service().url, { promoteBuffers: true }).connect();
    const db: Db = client.db();
    rows = new Rows(collectionsOf(db, opened.prefix));
    const { log } = opened;
    await log.append([record('a', 1, ['one']), record('a', 2, ['two']), record('b', 1, ['of b'])]);
    await log.compact(id('a'), { update: pattern(1_500_000), sequence: 2 });
    await log.append([record('a', 3, ['three']), { ...record('a', 4, []), updates: [pattern(1_500_000)] }]);
  });
  afterEach(async () => {
    await client.close();
    await opened.cleanup();
  });

  it.each(DAMAGES)(
    '[LOG6] [MONGO4] %s: the document is damaged, up to what is before it, and no other',
    async (_, damage, why, readable) => {
      await damage(rows);
      const cause: unknown = await opened.log.load(id('a')).catch((error: unknown) => error);
      expect(cause).toBeInstanceOf(DamagedDocumentError);
      expect(cause).toMatchObject({ message: expect.stringMatching(why) });
      expect((cause as DamagedDocumentError).readable?.sequence ?? 0).toBe(readable);
      expect(texts((await opened.log.load(id('b')))?.tail)).toEqual(['of b']);
    },
  );

  it('[LOG6] [MONGO4] a damaged row is written over by nobody, and holds no other document up', async () => {
    const { documents } = rows.collections;
    await documents.updateOne({ _id: 'a' }, { $set: { checksum: 1 } });
    const other = await opened.other();
    const call = other.append([record('a', 5, ['five']), record('b', 2, ['two'])]);
    await expect(call).rejects.toThrow(ConflictError);
    await other.append([record('b', 2, ['two'])]);
    await expect(other.compact(id('a'), { update: pattern(10), sequence: 4 })).rejects.toThrow(DamagedDocumentError);
    await other.delete(id('a'));
    expect(await other.load(id('a'))).toBeUndefined();
  });
});
