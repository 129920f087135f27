import { CollaborationError } from '../../domain/errors.ts';
import type { Limits } from '../limits.ts';
import type { Authenticator, Credentials, Principal } from '../ports/authenticator.ts';
import type { Clock } from '../ports/clock.ts';
import type { Metrics } from '../ports/metrics.ts';

/** Keeps long tokens away from an authenticator, and everybody from waiting for it for ever. */
export class GuardedAuthenticator implements Authenticator {
  readonly #authenticator: Authenticator;
  readonly #limits: Pick<Limits, 'maxTokenLength' | 'handshakeTimeout'>;
  readonly #clock: Clock;
  readonly #metrics: Pick<Metrics, 'limitReached'>;

  constructor(
    authenticator: Authenticator,
    limits: Pick<Limits, 'maxTokenLength' | 'handshakeTimeout'>,
    clock: Clock,
    metrics: Pick<Metrics, 'limitReached'>,
  ) {
    this.#authenticator = authenticator;
    this.#limits = limits;
    this.#clock = clock;
    this.#metrics = metrics;
  }

  get demands(): Authenticator['demands'] {
    return this.#authenticator.demands;
  }

  /** @throws CollaborationError `unauthenticated`, also for a token that is too long · `unavailable` after the timeout */
  authenticate(credentials: Credentials): Promise<Principal> {
    if ((credentials.token?.length ?? 0) > this.#limits.maxTokenLength) {
      this.#metrics.limitReached('MAX_TOKEN_BYTES');
      return Promise.reject(new CollaborationError('unauthenticated', 'The token is too long.'));
    }
    return this.#inTime(this.#authenticator.authenticate(credentials));
  }

  #inTime(authentication: Promise<Principal>): Promise<Principal> {
    return new Promise((resolve, reject) => {
      const deadline = this.#clock.after(this.#limits.handshakeTimeout, () => {
        this.#metrics.limitReached('HANDSHAKE_TIMEOUT_MS');
        reject(new CollaborationError('unavailable', 'The authentication takes too long; try again later.'));
      });
      authentication.then(resolve, reject).finally(() => deadline.stop());
    });
  }
}
