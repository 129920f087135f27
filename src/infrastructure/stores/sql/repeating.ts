import { setTimeout } from 'node:timers/promises';
import { SqlFailure, type SqlFailureKind } from './sql-database.ts';

const FIRST_PAUSE = 5;
const LONGEST_PAUSE = 200;
/** Milliseconds after which a lost connection is not tried again: it is no stale one, but a database that is away. */
const LOST_FOR = 1_000;

/** How often a transaction is tried where it fails in one of these ways; once where it is not said. */
type Tries = Readonly<Partial<Record<SqlFailureKind, number>>>;

/** Tries a transaction again, with growing pauses of random length. @throws what the last one failed with */
export async function repeating<Result>(tries: Tries, transaction: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  for (let tried = 1, pause = FIRST_PAUSE; ; tried++, pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await transaction();
    } catch (cause) {
      if (!(cause instanceof SqlFailure) || tried >= (tries[cause.kind] ?? 1)) throw cause;
      if (cause.kind !== 'retry' && performance.now() - started > LOST_FOR) throw cause;
      // The next pooled connection may be as stale, and the one after it is new.
      if (cause.kind === 'unstarted') continue;
    }
    // Random, for those who stood in each other's way would meet again.
    await setTimeout(pause * (0.5 + Math.random()));
  }
}
