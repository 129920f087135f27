import { randomBytes } from 'node:crypto';
import { MysqlDatabase } from '../../../src/infrastructure/stores/mysql/mysql-database.ts';
import { PostgresDatabase } from '../../../src/infrastructure/stores/postgres/postgres-database.ts';
import type { SqlDatabase } from '../../../src/infrastructure/stores/sql/sql-database.ts';
import type { SqlOptions } from '../../../src/infrastructure/stores/sql/sql-options.ts';
import { SqlUpdateLog } from '../../../src/infrastructure/stores/sql/sql-update-log.ts';
import { tablesOf } from '../../../src/infrastructure/stores/sql/tables.ts';

/** The databases of the tests do not sync. */
const SQL_OPTIONS: SqlOptions = { poolSize: 4, timeout: 10_000, durability: 'database', warn: () => undefined };

export function openDatabase(url: string, options: Partial<SqlOptions> = {}): Promise<SqlDatabase> {
  const all = { ...SQL_OPTIONS, ...options };
  return url.startsWith('mysql') ? MysqlDatabase.open(url, all) : PostgresDatabase.open(url, all);
}

/** For the contract suite: an empty store in tables of its own. */
export async function openInDatabase(url: string, options: Partial<SqlOptions> = {}) {
  const prefix = `t${randomBytes(6).toString('hex')}_`;
  const open = async () => {
    const log = await SqlUpdateLog.open(await openDatabase(url, options), prefix);
    opened.push(log);
    return log;
  };
  const opened: SqlUpdateLog[] = [];
  const log = await open();
  return {
    log,
    prefix,
    other: open,
    reopen: async () => {
      await log.close();
      return await open();
    },
    cleanup: async () => {
      await Promise.all(opened.map((each) => each.close()));
      const database = await openDatabase(url);
      await database.write(async (session) => {
        for (const table of Object.values(tablesOf(prefix))) await session.query(`DROP TABLE ${table}`);
      });
      await database.close();
    },
  };
}
