import { openSqlStore } from '../sql/open-sql-store.ts';
import type { SqlOptions } from '../sql/sql-options.ts';
import type { SqlUpdateLog } from '../sql/sql-update-log.ts';
import { MysqlDatabase } from './mysql-database.ts';

/** @throws as `openSqlStore` */
export function openMysqlStore(url: string, prefix: string, options: SqlOptions): Promise<SqlUpdateLog> {
  return openSqlStore(url, prefix, () => MysqlDatabase.open(url, options));
}
