import { Buffer } from 'node:buffer';
import pg from 'pg';
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
import { numbered, POSTGRES } from './postgres-dialect.ts';
import { postgresFailure } from './postgres-failure.ts';

const STATEMENT_BYTES = 4 * 1024 * 1024;

/** Names the lock of migrations among those of other programs: the first bytes of the server's name. */
const LOCK_CLASS = 0x79637376;

const { builtins } = pg.types;

/** Whole numbers of this store are safe integers. */
const types = {
  getTypeParser: (oid: number, format?: string) =>
    oid === builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
} as pg.CustomTypesConfig;

/** A PostgreSQL database. Settings stand in each transaction, so that a pooler in between may share connections. */
export class PostgresDatabase implements SqlDatabase {
  readonly dialect = POSTGRES;
  readonly statementBytes = STATEMENT_BYTES;
  readonly #reads: pg.Pool;
  /** Apart, so that many who open documents hold no commit up. */
  readonly #writes: pg.Pool;
  readonly #limits: string;

  private constructor(url: string, { poolSize, timeout }: SqlOptions) {
    const config: pg.PoolConfig = {
      connectionString: url,
      max: poolSize,
      connectionTimeoutMillis: timeout,
      query_timeout: timeout,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      fallback_application_name: 'yjs-collaboration-server',
      types,
    };
    this.#reads = new pg.Pool(config);
    this.#writes = new pg.Pool(config);
    // A connection that fails while nobody uses it is made anew when it is needed; unheard, it would end the process.
    for (const pool of [this.#reads, this.#writes]) pool.on('error', () => undefined);
    this.#limits = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']
      .map((name) => `SET LOCAL ${name} = ${timeout}`)
      .join('; ');
  }

  /** @throws SqlFailure where it cannot be reached; Error where what it acknowledges may be lost */
  static async open(url: string, options: SqlOptions): Promise<PostgresDatabase> {
    const database = new PostgresDatabase(url, options);
    try {
      const [row] = await database.read((session) => session.query(`SELECT current_setting('fsync') AS fsync`));
      judgeDurability(String(row?.fsync) === 'off' ? ['fsync is off, and should be on'] : [], options);
      return database;
    } catch (cause) {
      await database.close();
      throw cause;
    }
  }

  read<Result>(work: (session: SqlSession) => Promise<Result>): Promise<Result> {
    const start = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${this.#limits}`;
    return repeating(READ_TRIES, () => transaction(this.#reads, start, work));
  }

  write<Result>(work: (session: SqlSession) => Promise<Result>): Promise<Result> {
    // Whatever the database is set to otherwise, a commit of this store is on disk; more than that may be asked for.
    const durable = `SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'`;
    const start = `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; ${this.#limits}; ${durable}`;
    return repeating(WRITE_TRIES, () => transaction(this.#writes, start, work));
  }

  exclusively<Result>(name: string, work: (session: SqlSession) => Promise<Result>): Promise<Result> {
    return this.write(async (session) => {
      await session.query(`SELECT pg_advisory_xact_lock(${LOCK_CLASS}, hashtext(current_schema() || '.${name}'))`);
      return await work(session);
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#reads.end(), this.#writes.end()]);
  }
}

async function transaction<Result>(
  pool: pg.Pool,
  start: string,
  work: (session: SqlSession) => Promise<Result>,
): Promise<Result> {
  const client = await connect(pool);
  let state: 'sound' | 'broken' = 'sound';
  try {
    await begin(() => orFailure(client.query(start)));
    const result = await work({ query: (statement, values) => query(client, statement, values) });
    await orFailure(client.query('COMMIT'));
    return result;
  } catch (cause) {
    const isLost = cause instanceof SqlFailure && (cause.kind === 'lost' || cause.kind === 'unstarted');
    if (isLost || !(await rolledBack(client))) state = 'broken';
    throw cause;
  } finally {
    client.release(state === 'broken');
  }
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  const client = await orFailure(pool.connect());
  // One that fails between two statements says so here first; the next statement fails too.
  if (client.listenerCount('error') === 0) client.on('error', () => undefined);
  return client;
}

async function query(client: pg.PoolClient, statement: string, values: readonly SqlValue[] = []): Promise<SqlRow[]> {
  const bound = values.map((value) =>
    typeof value === 'number' ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  );
  const { rows } = await orFailure(client.query<SqlRow>(numbered(statement), bound));
  return rows;
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}

async function orFailure<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (cause) {
    throw postgresFailure(cause);
  }
}
