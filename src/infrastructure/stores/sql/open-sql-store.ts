import { StoreUnreachable, withoutSecrets } from '../shared/store-unreachable.ts';
import { type SqlDatabase, SqlFailure } from './sql-database.ts';
import { SqlUpdateLog } from './sql-update-log.ts';

/**
 * The store in a database that `connect` opens.
 * @throws StoreUnreachable where it cannot be reached; Error where it is not as it has to be, or will not have us
 */
export async function openSqlStore(
  url: string,
  prefix: string,
  connect: () => Promise<SqlDatabase>,
): Promise<SqlUpdateLog> {
  let database: SqlDatabase | undefined;
  try {
    database = await connect();
    return await SqlUpdateLog.open(database, prefix);
  } catch (cause) {
    await database?.close();
    if (!(cause instanceof SqlFailure)) throw cause;
    if (cause.kind === 'lost') throw new StoreUnreachable(url, cause);
    throw new Error(`The database ${withoutSecrets(url)} of STORE_URL cannot be used: ${cause.message}`, { cause });
  }
}
