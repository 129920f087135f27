import { openSqlStore } from '../sql/open-sql-store.ts';
import type { SqlOptions } from '../sql/sql-options.ts';
import type { SqlUpdateLog } from '../sql/sql-update-log.ts';
import { PostgresDatabase } from './postgres-database.ts';

/** @throws as `openSqlStore` */
export function openPostgresStore(url: string, prefix: string, options: SqlOptions): Promise<SqlUpdateLog> {
  return openSqlStore(url, prefix, () => PostgresDatabase.open(url, options));
}
