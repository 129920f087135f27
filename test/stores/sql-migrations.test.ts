import { expect, it } from 'vitest';
import { SqlUpdateLog } from '../../src/infrastructure/stores/sql/sql-update-log.ts';
import { tablesOf } from '../../src/infrastructure/stores/sql/tables.ts';
import { id, record, texts } from '../contracts/log-records.ts';
import { DATABASES, describeEach, runningDatabase } from './support/databases.ts';
import { openDatabase } from './support/open-in-database.ts';

describeEach(DATABASES, 'tables', (name) => {
  const service = runningDatabase(name);

  const open = async (prefix: string) => SqlUpdateLog.open(await openDatabase(service().url), prefix);

  it('[SQL6] servers that start at the same time make them once', async () => {
    const logs = await Promise.all(Array.from({ length: 5 }, () => open('together_')));
    await logs[0]?.append([record('a', 1, ['one'])]);
    for (const log of logs) expect(texts((await log.load(id('a')))?.tail)).toEqual(['one']);
    await Promise.all(logs.map((log) => log.close()));
    const database = await openDatabase(service().url);
    const rows = await database.read((session) => session.query('SELECT version FROM together_schema'));
    expect(rows.map(({ version }) => version)).toEqual([1]);
    await database.close();
  });

  it('[SQL6] tables that were half made are completed', async () => {
    const database = await openDatabase(service().url);
    const [first = ''] = database.dialect.migrations('half_')[0] ?? [];
    await database.exclusively('half', (session) => session.query(first));
    const log = await SqlUpdateLog.open(database, 'half_');
    await log.append([record('a', 1, ['one'])]);
    await log.close();
  });

  it('[SQL6] those of a newer server are refused, with the way out, and left as they are', async () => {
    await (await open('newer_')).close();
    const database = await openDatabase(service().url);
    const { schema } = tablesOf('newer_');
    await database.write((session) => session.query(`INSERT INTO ${schema} (version) VALUES (9)`));
    await expect(SqlUpdateLog.open(database, 'newer_')).rejects.toThrow(
      /version 9.*knows version 1.*STORE_TABLE_PREFIX/,
    );
    await database.close();
  });

  it('[SQL6] two prefixes are two stores in one database', async () => {
    const logs = [await open('one_'), await open('two_')];
    await logs[0]?.append([record('a', 1, ['of one'])]);
    expect(await logs[1]?.load(id('a'))).toBeUndefined();
    await Promise.all(logs.map((log) => log.close()));
  });
});
