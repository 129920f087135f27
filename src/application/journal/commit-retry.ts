import { ConflictError } from '../../domain/repositories/update-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../ports/metrics.ts';

export interface RetryLimits {
  /** Milliseconds after which a store that keeps failing is given up. */
  readonly retryFor: number;
  /** Bytes of updates that may wait for a failing store. */
  readonly retryBytes: number;
}

const FIRST_DELAY = 100;
const LONGEST_DELAY = 5_000;
const FORGET_AFTER = 10_000;

/** Tries a commit again, with longer and longer pauses, until it succeeds or too much waits behind it. */
export class CommitRetry {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #limits: RetryLimits;
  #state: 'working' | 'failing' = 'working';
  /** `last try`: the server stops, so whatever fails from here on is given up. */
  #patience: 'retry' | 'last try' = 'retry';
  #wake: (() => void) | undefined;
  #running = 0;
  #failedAt = 0;

  constructor(clock: Clock, logger: Logger, metrics: Metrics, limits: RetryLimits) {
    this.#clock = clock;
    this.#logger = logger;
    this.#metrics = metrics;
    this.#limits = limits;
  }

  /**
   * Whether the store fails. Where it was given up and nobody has written since, that is forgotten after a while: who
   * sends clients only to a server that is ready would never learn that it works again.
   */
  get isFailing(): boolean {
    return this.#state === 'failing' && (this.#running > 0 || this.#clock.now() - this.#failedAt < FORGET_AFTER);
  }

  /** @throws the last error of `commit`, when it is given up; a ConflictError at once, for it stays one */
  async run(commit: () => Promise<void>, waitingBytes: () => number): Promise<void> {
    this.#running++;
    try {
      await this.#untilDone(commit, waitingBytes);
    } finally {
      this.#running--;
    }
  }

  async #untilDone(commit: () => Promise<void>, waitingBytes: () => number): Promise<void> {
    const started = this.#clock.now();
    for (let delay = FIRST_DELAY; ; delay = Math.min(delay * 2, LONGEST_DELAY)) {
      try {
        await commit();
        this.#recovered();
        return;
      } catch (cause) {
        if (cause instanceof ConflictError) {
          this.#recovered();
          throw cause;
        }
        const waiting = waitingBytes();
        this.#failed(cause, waiting);
        if (this.#isHopeless(started, waiting)) throw cause;
      }
      await this.#pause(delay);
    }
  }

  /** Tries once more at once, and gives up what fails then and later. */
  lastTry(): void {
    this.#patience = 'last try';
    this.#wake?.();
  }

  #isHopeless(started: number, waiting: number): boolean {
    if (this.#patience === 'last try') return true;
    return this.#clock.now() - started >= this.#limits.retryFor || waiting > this.#limits.retryBytes;
  }

  #pause(delay: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(delay, resolve);
      this.#wake = () => {
        timer.stop();
        resolve();
      };
    });
  }

  #failed(cause: unknown, waiting: number): void {
    this.#state = 'failing';
    this.#failedAt = this.#clock.now();
    this.#metrics.storeFailed();
    this.#logger.error(
      { err: cause, waitingBytes: waiting },
      'The store failed; nothing is acknowledged until it works',
    );
  }

  #recovered(): void {
    if (this.#state === 'working') return;
    this.#state = 'working';
    this.#logger.info({}, 'The store works again');
  }
}
