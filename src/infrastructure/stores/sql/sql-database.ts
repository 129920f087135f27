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
 * `lost`: the connection failed or took too long; the outcome is unknown. `refused`: the database said no.
 */
export type SqlFailureKind = 'retry' | 'lost' | 'refused';

/** A statement failed, or there was no connection for it. */
export class SqlFailure extends Error {
  readonly kind: SqlFailureKind;

  constructor(kind: SqlFailureKind, message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'SqlFailure';
    this.kind = kind;
  }
}
