import type { CollaborationError } from '../../domain/errors.ts';
import type { Principal } from '../ports/authenticator.ts';
import { expired, isExpired } from '../use-cases/check-access.ts';
import { Stranger, tokenMissing } from './stranger.ts';

/** Something that lasts no longer than the token it was opened with. */
export interface Expiring {
  /** Asked at each sweep: a token may be replaced by a newer one. */
  readonly principal: Principal;
  /** Its time is over; it is watched no longer. */
  expire(error: CollaborationError): void;
}

/** Everything open whose token may expire. Swept from time to time: a timer each would cost more than a look at each. */
export class Expiries {
  readonly #watched = new Set<Expiring>();

  watch(expiring: Expiring): void {
    this.#watched.add(expiring);
  }

  forget(expiring: Expiring): void {
    this.#watched.delete(expiring);
  }

  /** Ends what has expired. @param now Unix milliseconds */
  sweep(now: number): void {
    for (const each of this.#watched) {
      if (!isExpired(each.principal, now)) continue;
      this.#watched.delete(each);
      each.expire(each.principal instanceof Stranger ? tokenMissing() : expired());
    }
  }
}
