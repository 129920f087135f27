import type { Clock } from '../ports/clock.ts';
import type { LimitName } from '../ports/limit-name.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { RateLimiter, Usage } from '../ports/rate-limiter.ts';
import { rateLimited } from './rate-limited.ts';
import type { Account, Rates } from './rates.ts';
import { chargeRequest } from './requests.ts';

/** What all allowances share. */
export interface AllowanceServices {
  readonly limiters: { readonly local: RateLimiter; readonly shared: RateLimiter };
  readonly rates: Rates;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'limitReached'>;
}

/** Whose allowance it is. */
export interface Party {
  readonly connectionId: string;
  readonly subject: string | undefined;
  /** None: unknown, or a trusted proxy's own. */
  readonly address: string | undefined;
}

/** Points that are counted here before the limiters are told of them: their calls would cost more than the messages. */
const MOST_UNSETTLED = 256;

/** Milliseconds that a connection past a soft rate is not read, for each `MOST_UNSETTLED` points. */
const PAUSE = 1_000;

/**
 * What one connection may send. Past a soft rate, of itself, its user or its address, it is not read for a while; past
 * the hard one its messages are refused.
 */
export class Allowance {
  readonly #services: AllowanceServices;
  readonly #party: Party;
  readonly #mostUnsettled: number;
  #unsettled = 0;
  #joins = 0;
  /** Unix milliseconds. */
  #refusedUntil = 0;
  #refusedBy: LimitName = 'RATE_CONNECTION';

  constructor(services: AllowanceServices, party: Party) {
    this.#services = services;
    this.#party = party;
    const { connection, user, address } = services.rates;
    // So that a small limit is not passed unnoticed.
    this.#mostUnsettled = Math.max(1, Math.min(MOST_UNSETTLED, Math.floor(Math.min(connection, user, address) / 8)));
  }

  /**
   * Counts a message.
   * @returns a promise, which never rejects, where nothing more should be read until it resolves
   * @throws CollaborationError `rate-limited`: the message is not to be handled
   */
  count(bytes: number): Promise<void> | undefined {
    this.#unsettled += 1 + (bytes >>> 10);
    return this.#unsettled < this.#mostUnsettled ? undefined : this.#settle();
  }

  /**
   * Counts a document that is opened. The first one belongs to the handshake, which was counted.
   * @throws CollaborationError `rate-limited`
   */
  join(): Promise<void> | undefined {
    return this.#joins++ === 0 ? undefined : this.request();
  }

  /** Counts a question that may open a document. @throws CollaborationError `rate-limited` */
  request(): Promise<void> {
    return chargeRequest(this.#services, this.#party);
  }

  #settle(): Promise<void> {
    const { clock, metrics } = this.#services;
    const left = this.#refusedUntil - clock.now();
    if (left > 0) {
      // What is refused does not count, or it would be refused for ever; and the next message comes here at once.
      this.#unsettled = this.#mostUnsettled;
      metrics.limitReached(this.#refusedBy);
      throw rateLimited('Too many messages', left);
    }
    const points = this.#unsettled;
    this.#unsettled = 0;
    return this.#charge(points);
  }

  async #charge(points: number): Promise<void> {
    const { limiters, clock } = this.#services;
    const accounts = this.#accounts();
    const usages = await Promise.all(accounts.map(({ where, key }) => limiters[where].charge(key, points)));
    const pause = accounts.reduce((longest, account, at) => Math.max(longest, this.#judge(account, usages[at])), 0);
    if (pause === 0) return;
    await new Promise<void>((resolve) => {
      clock.after(pause, resolve);
    });
  }

  /** @returns milliseconds that the connection is not to be read */
  #judge({ limit, most }: Account, usage: Usage | undefined): number {
    if (usage === undefined || usage.used <= most) return 0;
    const { clock, metrics, rates } = this.#services;
    metrics.limitReached(limit);
    if (usage.used <= most * rates.hardFactor) return Math.min(usage.resetIn, PAUSE);
    this.#refusedUntil = clock.now() + usage.resetIn;
    this.#refusedBy = limit;
    // The next message comes here at once.
    this.#unsettled = this.#mostUnsettled;
    return 0;
  }

  #accounts(): readonly Account[] {
    const { connectionId, subject, address } = this.#party;
    const { rates } = this.#services;
    const accounts: Account[] = [
      { limit: 'RATE_CONNECTION', key: `connection:${connectionId}`, where: 'local', most: rates.connection },
    ];
    if (subject !== undefined)
      accounts.push({ limit: 'RATE_USER', key: `user:${subject}`, where: 'shared', most: rates.user });
    if (address !== undefined)
      accounts.push({ limit: 'RATE_ADDRESS', key: `address:${address}`, where: 'shared', most: rates.address });
    return accounts;
  }
}
