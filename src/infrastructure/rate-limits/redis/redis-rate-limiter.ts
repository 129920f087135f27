import { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { Logger } from '../../../application/ports/logger.ts';
import type { RateLimiter, Usage } from '../../../application/ports/rate-limiter.ts';

/** Milliseconds that an answer may take; then this node's own count does. */
const COMMAND_TIMEOUT = 250;

/** Milliseconds between two tries to connect, at most. */
const LONGEST_RETRY = 5_000;

/**
 * Counts in Redis, for all nodes that share it. While Redis is away, each node counts for itself: the limits are then
 * those of each node, and nobody waits for Redis.
 */
export class RedisRateLimiter implements RateLimiter {
  readonly #client: Redis;
  readonly #limiter: RateLimiterRedis;

  /**
   * Connects in the background.
   * @param url `redis://` or `rediss://`
   * @param window seconds
   */
  constructor(url: string, window: number, logger: Logger) {
    this.#client = new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT,
      connectTimeout: LONGEST_RETRY,
      retryStrategy: (tries) => Math.min(tries * 200, LONGEST_RETRY),
    });
    sayWhetherItIsThere(this.#client, logger);
    this.#limiter = new RateLimiterRedis({
      storeClient: this.#client,
      keyPrefix: 'yjs-collaboration:rate',
      points: Number.MAX_SAFE_INTEGER,
      duration: window,
      rejectIfRedisNotReady: true,
      insuranceLimiter: new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: window }),
    });
  }

  get isConnected(): boolean {
    return this.#client.status === 'ready';
  }

  async charge(key: string, points: number): Promise<Usage> {
    const { consumedPoints, msBeforeNext } = await this.#limiter.penalty(key, points);
    return { used: consumedPoints, resetIn: msBeforeNext };
  }

  close(): void {
    this.#client.disconnect();
  }
}

/** Once for each change: it tries again every few seconds. */
function sayWhetherItIsThere(client: Redis, logger: Logger): void {
  let state: 'unknown' | 'there' | 'away' = 'unknown';
  client.on('ready', () => {
    if (state === 'away') logger.info({}, 'Redis is back; limits are shared again');
    state = 'there';
  });
  client.on('error', (cause: Error) => {
    if (state !== 'away') logger.warn({ err: cause }, 'Redis is away; each node limits for itself');
    state = 'away';
  });
  client.on('close', () => {
    if (state === 'there') logger.warn({}, 'Redis is away; each node limits for itself');
    if (state === 'there') state = 'away';
  });
}
