import type { Clock } from '../../application/ports/clock.ts';
import type { CollaborationError } from '../../domain/errors.ts';

const MINUTE = 60_000;

/**
 * Counts the messages of a stream that were damaged or too large. A poisoned update costs a reading of the log, so a
 * stream that sends too many within a minute has to wait for the next one; it is not ended.
 */
export class FaultBudget {
  readonly #clock: Clock;
  readonly #perMinute: number;
  #windowStart = 0;
  #faults = 0;

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  count({ kind }: CollaborationError): void {
    if (kind !== 'invalid' && kind !== 'too-large') return;
    this.#renew();
    this.#faults++;
  }

  get isSpent(): boolean {
    if (this.#faults === 0) return false;
    this.#renew();
    return this.#faults >= this.#perMinute;
  }

  #renew(): void {
    const now = this.#clock.now();
    if (now - this.#windowStart < MINUTE) return;
    this.#windowStart = now;
    this.#faults = 0;
  }
}
