/** How a database is used. */
export interface SqlOptions {
  /** Connections for reads, and as many again for writes, at most. */
  readonly poolSize: number;
  /** Milliseconds that a connection, a statement, or a lock may take. */
  readonly timeout: number;
  /** `database`: what the database is set to is accepted, also where it answers before anything is on disk. */
  readonly durability: 'disk' | 'database';
  readonly warn: (message: string) => void;
}

/**
 * A transaction is given up for others a few times, and a whole pool may be stale; where the connection was lost, a read is
 * tried once more.
 */
export const READ_TRIES = { retry: 8, unstarted: 1_000, lost: 2 };
export const WRITE_TRIES = { retry: 8, unstarted: 1_000 };

/** @throws Error where what was acknowledged might be lost and that is not accepted */
export function judgeDurability(faults: readonly string[], { durability, warn }: SqlOptions): void {
  if (faults.length === 0) return;
  const found = `The database answers before everything is on disk: ${faults.join('; ')}.`;
  if (durability === 'database') {
    warn(`${found} Updates that were acknowledged are lost when its machine fails.`);
    return;
  }
  throw new Error(`${found} Change that, or accept it with STORE_DURABILITY=database.`);
}
