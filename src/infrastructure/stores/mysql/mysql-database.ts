import { createPool, type Pool, type PoolConnection, type PoolOptions, type RowDataPacket } from 'mysql2/promise';
import { repeating } from '../sql/repeating.ts';
import {
  begin,
  type SqlDatabase,
  SqlFailure,
  type SqlRow,
  type SqlSession,
  type SqlValue,
} from '../sql/sql-database.ts';
import { judgeDurability, READ_TRIES, type SqlOptions, WRITE_TRIES } from '../sql/sql-options.ts';
import { durabilityFaults, statementBytesOf } from './mysql-checks.ts';
import { MYSQL } from './mysql-dialect.ts';
import { mysqlFailure } from './mysql-failure.ts';
import { type PreparedPool, prepare } from './mysql-session.ts';
import { mysqlOptions } from './mysql-url.ts';

const SETTINGS =
  'SELECT @@innodb_flush_log_at_trx_commit AS flush, @@log_bin AS binlog, @@sync_binlog AS sync, @@max_allowed_packet AS packet, @@innodb_flush_method AS method';

/** A MySQL or MariaDB database. */
export class MysqlDatabase implements SqlDatabase {
  readonly dialect = MYSQL;
  readonly #reads: PreparedPool;
  /** Apart, so that many who open documents hold no commit up. */
  readonly #writes: PreparedPool;
  readonly #timeout: number;
  #statementBytes = 0;

  private constructor(pool: () => Pool, timeout: number) {
    this.#timeout = timeout;
    this.#reads = prepare(pool(), 'REPEATABLE READ', timeout);
    this.#writes = prepare(pool(), 'READ COMMITTED', timeout);
  }

  /** @throws SqlFailure where it cannot be reached; Error where what it acknowledges may be lost, or it takes too little */
  static async open(url: string, options: SqlOptions): Promise<MysqlDatabase> {
    const { poolSize, timeout } = options;
    const config: PoolOptions = {
      ...mysqlOptions(url),
      connectionLimit: poolSize,
      connectTimeout: timeout,
      idleTimeout: 60_000,
      maxIdle: poolSize,
      enableKeepAlive: true,
    };
    const database = new MysqlDatabase(() => createPool({ ...config }), timeout);
    try {
      const [row] = await database.read((session) => session.query(SETTINGS));
      judgeDurability(durabilityFaults(row), options);
      database.#statementBytes = statementBytesOf(row);
      return database;
    } catch (cause) {
      await database.close();
      throw cause;
    }
  }

  get statementBytes(): number {
    return this.#statementBytes;
  }

  read<Result>(work: (session: SqlSession) => Promise<Result>): Promise<Result> {
    const start = 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY';
    return repeating(READ_TRIES, () => this.#transaction(this.#reads, start, work));
  }

  write<Result>(work: (session: SqlSession) => Promise<Result>): Promise<Result> {
    return repeating(WRITE_TRIES, () => this.#transaction(this.#writes, 'START TRANSACTION', work));
  }

  async exclusively<Result>(name: string, work: (session: SqlSession) => Promise<Result>): Promise<Result> {
    return await this.#withConnection(this.#writes, async (session) => {
      const lock = `SHA1(CONCAT(DATABASE(), '.${name}'))`;
      const [row] = await session.query(`SELECT GET_LOCK(${lock}, ${Math.ceil(this.#timeout / 1000)}) AS got`);
      if (row?.got !== 1)
        throw new SqlFailure('refused', `MySQL: another server has held the lock of ${name} too long`, row);
      try {
        return await work(session);
      } finally {
        await session.query(`SELECT RELEASE_LOCK(${lock})`);
      }
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#reads.end(), this.#writes.end()]);
  }

  #transaction<Result>(pool: PreparedPool, start: string, work: (session: SqlSession) => Promise<Result>) {
    return this.#withConnection(pool, async (session) => {
      await begin(() => session.query(start));
      const result = await work(session);
      await session.query('COMMIT');
      return result;
    });
  }

  async #withConnection<Result>(pool: PreparedPool, work: (session: SqlSession) => Promise<Result>): Promise<Result> {
    const connection = await pool.connect();
    const session = {
      query: (sql: string, values?: readonly SqlValue[]) => query(connection, this.#timeout, sql, values),
    };
    try {
      const result = await work(session);
      connection.release();
      return result;
    } catch (cause) {
      const isLost = cause instanceof SqlFailure && (cause.kind === 'lost' || cause.kind === 'unstarted');
      if (isLost || !(await rolledBack(session))) connection.destroy();
      else connection.release();
      throw cause;
    }
  }
}

async function query(
  connection: PoolConnection,
  timeout: number,
  sql: string,
  values: readonly SqlValue[] = [],
): Promise<SqlRow[]> {
  try {
    // The text protocol: statements of so many lengths are not worth being prepared. Bytes go as hexadecimal digits.
    const bound = values.map((value) =>
      typeof value === 'number' ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    );
    const [rows] = await connection.query<RowDataPacket[]>({ sql, timeout, values: bound });
    return Array.isArray(rows) ? (rows as SqlRow[]) : [];
  } catch (cause) {
    throw mysqlFailure(cause);
  }
}

async function rolledBack(session: SqlSession): Promise<boolean> {
  try {
    await session.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
