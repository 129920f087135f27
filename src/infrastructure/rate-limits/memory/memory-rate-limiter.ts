import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { RateLimiter, Usage } from '../../../application/ports/rate-limiter.ts';

/** Counts on this node only. */
export class MemoryRateLimiter implements RateLimiter {
  readonly #limiter: RateLimiterMemory;

  /** @param window seconds */
  constructor(window: number) {
    // The points are for `consume`, which refuses; here nothing is refused.
    this.#limiter = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: window });
  }

  async charge(key: string, points: number): Promise<Usage> {
    const { consumedPoints, msBeforeNext } = await this.#limiter.penalty(key, points);
    return { used: consumedPoints, resetIn: msBeforeNext };
  }
}
