import { setTimeout } from 'node:timers/promises';
import { MongoBulkWriteError, MongoError, MongoNetworkError, MongoNetworkTimeoutError } from 'mongodb';

const MOST_TRIES = 5;
const FIRST_PAUSE = 10;
/** Milliseconds after which nothing is tried again: it is no stale connection and no change of primary, it is away. */
const PATIENCE = 1_000;

/**
 * Tries a call again, with growing pauses of random length, where its connection was lost or another server has become
 * primary. Every call of the store may be repeated. @throws what the last one failed with
 */
export async function repeating<Result>(call: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  for (let tried = 1, pause = FIRST_PAUSE; ; tried++, pause *= 2) {
    try {
      return await call();
    } catch (cause) {
      if (!isPassing(cause) || tried === MOST_TRIES || performance.now() - started > PATIENCE) throw cause;
    }
    await setTimeout(pause * (0.5 + Math.random()));
  }
}

/** A bulk write has what it failed with inside; a write that waited for its socket fails with what that failed with. */
function isPassing(cause: unknown): boolean {
  if (cause instanceof MongoNetworkTimeoutError) return false;
  if (cause instanceof MongoNetworkError) return true;
  if (cause instanceof MongoBulkWriteError && isPassing(cause.errorResponse)) return true;
  if (cause instanceof MongoError) return cause.hasErrorLabel('RetryableWriteError');
  return cause instanceof Error && 'syscall' in cause;
}
