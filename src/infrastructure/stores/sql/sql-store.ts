import type { Incarnations } from './incarnations.ts';
import type { SqlDatabase } from './sql-database.ts';
import type { Statements } from './statements.ts';

/** What every call on the store works with. */
export interface SqlStore {
  readonly database: SqlDatabase;
  readonly statements: Statements;
  /** Names this store instance: 16 random bytes. */
  readonly writer: Uint8Array;
  readonly incarnations: Incarnations;
}
