import type { Pool, PoolConnection } from 'mysql2/promise';
import { mysqlFailure } from './mysql-failure.ts';

type Isolation = 'READ COMMITTED' | 'REPEATABLE READ';

/** Gives out connections that are set up. */
export interface PreparedPool {
  /** @throws SqlFailure */
  connect(): Promise<PoolConnection>;
  end(): Promise<void>;
}

/** @param timeout milliseconds that a lock may take */
export function prepare(pool: Pool, isolation: Isolation, timeout: number): PreparedPool {
  const ready = new WeakSet<object>();
  const seconds = Math.max(1, Math.ceil(timeout / 1000));
  const settings = [
    `SET SESSION TRANSACTION ISOLATION LEVEL ${isolation}`,
    // A transaction whose server has gone without a word would keep its locks for hours. Strict: nothing is cut short.
    `SET SESSION innodb_lock_wait_timeout = ${seconds}, SESSION wait_timeout = ${Math.max(90, 2 * seconds)}, SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'`,
  ];
  return {
    connect: async () => {
      const connection = await pool.getConnection().catch((cause: unknown) => {
        throw mysqlFailure(cause);
      });
      if (ready.has(connection.connection)) return connection;
      try {
        for (const sql of settings) await connection.query({ sql, timeout });
      } catch (cause) {
        connection.destroy();
        throw mysqlFailure(cause);
      }
      ready.add(connection.connection);
      return connection;
    },
    end: () => pool.end(),
  };
}
