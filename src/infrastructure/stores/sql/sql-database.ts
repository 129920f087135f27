/** What a statement takes and answers; whole numbers are safe integers. */
export type SqlValue = Uint8Array | number;
export type SqlRow = Readonly<Record<string, SqlValue>>;

export function isBytes(value: SqlValue | undefined): value is Uint8Array {
  return value instanceof Uint8Array;
}

/** One connection, as long as a transaction lasts. */
export interface SqlSession {
  /**
   * Runs one statement, in which `?` stands for each value, and answers its rows.
   * @throws SqlFailure
   */
  query(statement: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
}

/** What the statements of one database look like, where databases differ. */
export interface SqlDialect {
  /** What follows an INSERT so that a row with this key takes the new values of `columns`. */
  replacing(key: string, columns: readonly string[]): string;
  /** The statements that make the tables, one list for each version of the schema. Made twice they change nothing. */
  migrations(prefix: string): readonly (readonly string[])[];
}

/** A database with transactions, behind pools of connections. */
export interface SqlDatabase {
  readonly dialect: SqlDialect;
  /** Bytes of values that one statement may have. */
  readonly statementBytes: number;
  /** Sees one moment. Repeated where its connection was lost. @throws SqlFailure, and what `work` throws */
  read<Result>(work: (session: SqlSession) => Promise<Result>): Promise<Result>;
  /**
   * All or nothing, on disk once it resolves. Repeated where the database gave it up because of others.
   * @throws SqlFailure, and what `work` throws
   */
  write<Result>(work: (session: SqlSession) => Promise<Result>): Promise<Result>;
  /** Runs `work` while no other server does the same with this name. */
  exclusively<Result>(name: string, work: (session: SqlSession) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/**
 * `retry`: given up because of others (deadlock, serialization, a key that another has just made), nothing is stored.
 * `unstarted`: the pooled connection had failed unnoticed, before anything was asked of it.
 * `lost`: the connection failed or took too long; the outcome is unknown. `refused`: the database said no.
 */
export type SqlFailureKind = 'retry' | 'unstarted' | 'lost' | 'refused';

/** Starts a transaction. @throws SqlFailure of which a lost connection is `unstarted` */
export async function begin(start: () => Promise<unknown>): Promise<void> {
  try {
    await start();
  } catch (cause) {
    if (!(cause instanceof SqlFailure) || cause.kind !== 'lost') throw cause;
    throw new SqlFailure('unstarted', cause.message, cause.cause);
  }
}

/** A statement failed, or there was no connection for it. */
export class SqlFailure extends Error {
  readonly kind: SqlFailureKind;

  constructor(kind: SqlFailureKind, message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'SqlFailure';
    this.kind = kind;
  }
}
