import { describe, expect, it } from 'vitest';
import { Allowance } from '../../src/application/admission/allowance.ts';
import type { Rates } from '../../src/application/admission/rates.ts';
import type { RateLimiter, Usage } from '../../src/application/ports/rate-limiter.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { settle } from '../support/world.ts';

const WINDOW = 10_000;
const RATES: Rates = {
  connection: 8_000,
  user: 1_000_000,
  address: 1_000_000,
  hardFactor: 2,
  userRequests: 3,
  addressRequests: 3,
};

/** Counts in windows of the test's clock. */
class FakeLimiter implements RateLimiter {
  readonly charges: [key: string, points: number][] = [];
  readonly #used = new Map<string, number>();
  readonly #clock: ManualClock;
  #start: number;

  constructor(clock: ManualClock) {
    this.#clock = clock;
    this.#start = clock.now();
  }

  charge(key: string, points: number): Promise<Usage> {
    this.charges.push([key, points]);
    if (this.#clock.now() - this.#start >= WINDOW) {
      this.#used.clear();
      this.#start = this.#clock.now();
    }
    const used = (this.#used.get(key) ?? 0) + points;
    this.#used.set(key, used);
    return Promise.resolve({ used, resetIn: this.#start + WINDOW - this.#clock.now() });
  }
}

function scene(rates: Partial<Rates> = {}) {
  const clock = new ManualClock();
  const limiter = new FakeLimiter(clock);
  const reached: string[] = [];
  const services = {
    limiters: { local: limiter, shared: limiter },
    rates: { ...RATES, ...rates },
    clock,
    metrics: { limitReached: (limit: string) => reached.push(limit) },
  };
  const allowance = (connectionId: string) =>
    new Allowance(services, { connectionId, subject: 'ann', address: '1.2.3.4' });
  return { clock, limiter, reached, allowance };
}

/** Sends until it has to wait. @returns messages that were sent, and the wait */
function sendUntilAsked(allowance: Allowance): { sent: number; wait: Promise<void> } {
  for (let sent = 1; ; sent++) {
    const wait = allowance.count(30);
    if (wait !== undefined) return { sent, wait };
  }
}

describe('what a connection may send', () => {
  it('[LIM6] messages are counted in numbers, and the limiter is asked once for some hundreds of them', async () => {
    const { limiter, allowance } = scene();
    const connection = allowance('a');
    for (let at = 0; at < 255; at++) expect(connection.count(1_000)).toBeUndefined();
    expect(limiter.charges).toEqual([]);
    await connection.count(1_000);
    expect(limiter.charges).toEqual([
      ['connection:a', 256],
      ['user:ann', 256],
      ['address:1.2.3.4', 256],
    ]);
  });

  it('[LIM6] a KiB counts as much as a message', () => {
    const { limiter, allowance } = scene();
    void allowance('a').count(300 * 1024);
    expect(limiter.charges[0]).toEqual(['connection:a', 301]);
  });

  it('[LIM6] past the soft rate it waits, and nothing is refused', async () => {
    const { clock, reached, allowance } = scene();
    const connection = allowance('a');
    let sent = 0;
    while (sent < 7_900) {
      const round = sendUntilAsked(connection);
      await round.wait;
      sent += round.sent;
    }
    expect(reached).toEqual([]);
    const { wait } = sendUntilAsked(connection);
    let isOver = false;
    void wait.then(() => {
      isOver = true;
    });
    await settle();
    expect(reached).toEqual(['RATE_CONNECTION']);
    clock.advance(999);
    await settle();
    expect(isOver).toBe(false);
    clock.advance(1);
    await settle();
    expect(isOver).toBe(true);
  });

  it('[LIM7] past the hard rate messages are refused until the window is over', async () => {
    const { clock, reached, allowance } = scene({ address: 1_000 });
    const connections = Array.from({ length: 20 }, (_, at) => allowance(String(at)));
    // Each of them waits, together they are too many.
    for (const connection of connections) void sendUntilAsked(connection).wait;
    await settle();
    const last = connections.at(-1);
    expect(() => last?.count(1)).toThrow(expect.objectContaining({ kind: 'rate-limited', retryAfter: 10 }));
    expect(() => last?.count(1)).toThrow('Too many messages; try again in 10 s.');
    expect(reached).toContain('RATE_ADDRESS');
    clock.advance(WINDOW);
    await settle();
    await last?.count(1);
    expect(last?.count(1)).toBeUndefined();
  });

  it('[LIM7] small limits are not passed unnoticed', () => {
    const { allowance } = scene({ connection: 16 });
    expect(sendUntilAsked(allowance('a')).sent).toBe(2);
  });

  it('[LIM7] the first document of a connection belongs to its handshake; others and questions are counted', async () => {
    const { reached, allowance } = scene();
    const connection = allowance('a');
    expect(connection.join()).toBeUndefined();
    for (let at = 0; at < 2; at++) await connection.join();
    await connection.request();
    await expect(connection.join()).rejects.toMatchObject({ kind: 'rate-limited', retryAfter: 10 });
    expect(reached).toEqual(['RATE_ADDRESS_REQUESTS']);
  });
});
