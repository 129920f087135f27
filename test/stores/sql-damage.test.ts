import { afterEach, beforeEach, expect, it } from 'vitest';
import { ConflictError, DamagedDocumentError } from '../../src/domain/repositories/update-log.ts';
import type { SqlDatabase } from '../../src/infrastructure/stores/sql/sql-database.ts';
import { id, pattern, record, texts } from '../contracts/log-records.ts';
import { DATABASES, describeEach, runningDatabase } from './support/databases.ts';
import { openDatabase, openInDatabase } from './support/open-in-database.ts';

type Opened = Awaited<ReturnType<typeof openInDatabase>>;

/** Statements that do what a fault of the database, or somebody with a client, might do; `p_` is the prefix. */
const DAMAGES: readonly (readonly [string, string, RegExp])[] = [
  ['the newest update is gone', 'DELETE FROM p_updates WHERE first_sequence = 4', /newest update/],
  ['an update in between is gone', 'DELETE FROM p_updates WHERE first_sequence = 3', /should follow/],
  ['a part of an update is gone', 'DELETE FROM p_updates WHERE first_sequence = 4 AND part = 1', /1 of its 2 parts/],
  ['an update has moved', 'UPDATE p_updates SET first_sequence = 5 WHERE first_sequence = 4', /checksum/],
  ['an update has other bytes', 'UPDATE p_updates SET value = CONVERTED WHERE first_sequence = 3', /version|header/],
  [
    'an update of another document',
    'UPDATE p_updates SET value = (SELECT value FROM (SELECT value FROM p_updates WHERE document = ID_B) AS other) WHERE first_sequence = 3',
    /checksum/,
  ],
  ['the snapshot has lost a part', 'DELETE FROM p_snapshots WHERE part = 1', /snapshot: 1 of its 2 parts/],
  ['the snapshot is gone', 'DELETE FROM p_snapshots', /snapshot: 0 of its 2 parts/],
  ['its row has another sequence number', 'UPDATE p_documents SET sequence = 3 WHERE id = ID_A', /its row/],
  ['its row names another writer', 'UPDATE p_documents SET writer = incarnation WHERE id = ID_A', /its row/],
];

describeEach(DATABASES, 'damage', (name) => {
  const service = runningDatabase(name);
  let opened: Opened;
  let database: SqlDatabase;

  beforeEach(async () => {
    opened = await openInDatabase(service().url);
    database = await openDatabase(service().url);
    const { log } = opened;
    await log.append([record('a', 1, ['one']), record('a', 2, ['two']), record('b', 1, ['of b'])]);
    await log.compact(id('a'), { update: pattern(1_500_000), sequence: 2 });
    await log.append([record('a', 3, ['three']), { ...record('a', 4, []), updates: [pattern(1_500_000)] }]);
  });
  afterEach(async () => {
    await database.close();
    await opened.cleanup();
  });

  const run = async (statement: string) => {
    const hex = (text: string) => {
      const digits = Buffer.from(text).toString('hex');
      return name === 'postgres' ? `'\\x${digits}'::bytea` : `X'${digits}'`;
    };
    const sql = statement
      .replaceAll('p_', opened.prefix)
      .replaceAll('ID_A', hex('a'))
      .replaceAll('ID_B', hex('b'))
      .replaceAll('CONVERTED', hex('other bytes'));
    await database.write((session) => session.query(sql));
  };

  it.each(DAMAGES)(
    '[LOG6] [SQL4] %s: the document is refused with what is wrong, and no other',
    async (_, sql, why) => {
      await run(sql);
      const loaded = opened.log.load(id('a'));
      await expect(loaded).rejects.toThrow(DamagedDocumentError);
      await expect(loaded).rejects.toThrow(why);
      expect(texts((await opened.log.load(id('b')))?.tail)).toEqual(['of b']);
    },
  );

  it('[LOG6] [SQL4] a damaged row is written over by nobody, and holds no other document up', async () => {
    await run('UPDATE p_documents SET sequence = 3 WHERE id = ID_A');
    const call = opened.log.append([record('a', 5, ['five']), record('b', 2, ['two'])]);
    await expect(call).rejects.toThrow(ConflictError);
    await opened.log.append([record('b', 2, ['two'])]);
    await expect(opened.log.compact(id('a'), { update: pattern(10), sequence: 3 })).rejects.toThrow(
      DamagedDocumentError,
    );
    await opened.log.delete(id('a'));
    expect(await opened.log.load(id('a'))).toBeUndefined();
  });
});
