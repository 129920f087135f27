/** Milliseconds that the wait before a first retry is at most. */
const FIRST = 250;

/** Past so many doublings every delay is at its bound; more of them would overflow. */
const MOST_DOUBLINGS = 30;

/** Chance, from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/**
 * Full jitter: anything from 0 to a bound that doubles with each failure, so that the clients of a server that went away
 * do not come back all at once (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 * @param failures how many attempts have failed in a row before this one, from 0
 * @param longest milliseconds that no wait exceeds
 * @returns milliseconds
 */
export function retryDelay(failures: number, longest: number, random: Random): number {
  return random() * Math.min(longest, FIRST * 2 ** Math.min(failures, MOST_DOUBLINGS));
}
