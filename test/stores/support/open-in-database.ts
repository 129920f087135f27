import { MysqlDatabase } from '../../../src/infrastructure/stores/mysql/mysql-database.ts';
import { PostgresDatabase } from '../../../src/infrastructure/stores/postgres/postgres-database.ts';
import type { SqlDatabase } from '../../../src/infrastructure/stores/sql/sql-database.ts';
import type { SqlOptions } from '../../../src/infrastructure/stores/sql/sql-options.ts';
import { SqlUpdateLog } from '../../../src/infrastructure/stores/sql/sql-update-log.ts';
import { tablesOf } from '../../../src/infrastructure/stores/sql/tables.ts';
import { ownStore } from './own-store.ts';

/** The databases of the tests do not sync. */
const SQL_OPTIONS: SqlOptions = { poolSize: 4, timeout: 10_000, durability: 'database', warn: () => undefined };

export function openDatabase(url: string, options: Partial<SqlOptions> = {}): Promise<SqlDatabase> {
  const all = { ...SQL_OPTIONS, ...options };
  return url.startsWith('mysql') ? MysqlDatabase.open(url, all) : PostgresDatabase.open(url, all);
}

/** In tables of its own. */
export function openInDatabase(url: string, options: Partial<SqlOptions> = {}) {
  return ownStore(
    async (prefix) => SqlUpdateLog.open(await openDatabase(url, options), prefix),
    async (prefix) => {
      const database = await openDatabase(url);
      await database.write(async (session) => {
        for (const table of Object.values(tablesOf(prefix))) await session.query(`DROP TABLE ${table}`);
      });
      await database.close();
    },
  );
}
