import { createRemoteJWKSet, errors, type ProtectedHeaderParameters, type RemoteJWKSet } from 'jose';
import type { Clock } from '../../../application/ports/clock.ts';
import type { Logger } from '../../../application/ports/logger.ts';
import { CollaborationError } from '../../../domain/errors.ts';
import type { KeySource, VerificationKey } from './key-source.ts';

export interface RemoteKeysOptions {
  readonly url: URL;
  /** Milliseconds between two requests that a token with an unknown key may cause. */
  readonly cooldown: number;
  /** Milliseconds after which the keys are asked for again. */
  readonly maxAge: number;
  /** Milliseconds that the answer may take. */
  readonly timeout: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Public keys only: a secret in a set that anybody may read is none. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

/** Milliseconds that a failure is remembered for: nobody makes the server ask without a pause. */
const FAILURE_PAUSE = 1_000;

/** A JSON Web Key Set (RFC 7517) at a URL, kept, and asked for again when a token names a key that is not in it. */
export class RemoteKeys implements KeySource {
  readonly #options: RemoteKeysOptions;
  readonly #set: RemoteJWKSet;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(options: RemoteKeysOptions) {
    this.#options = options;
    this.#set = createRemoteJWKSet(options.url, {
      cooldownDuration: options.cooldown,
      cacheMaxAge: options.maxAge,
      timeoutDuration: options.timeout,
    });
  }

  async keysFor(header: ProtectedHeaderParameters): Promise<readonly VerificationKey[]> {
    const alg = ALGORITHMS.find((each) => each === header.alg);
    if (alg === undefined) return [];
    const { clock, logger, url } = this.#options;
    if (clock.now() - this.#failedAt < FAILURE_PAUSE) throw unavailable();
    try {
      return await this.#find({ ...header, alg });
    } catch (cause) {
      this.#failedAt = clock.now();
      logger.error({ err: cause, host: url.host }, 'The keys that verify tokens cannot be had');
      throw unavailable(cause);
    }
  }

  async #find(header: ProtectedHeaderParameters & { readonly alg: string }): Promise<readonly VerificationKey[]> {
    const algorithms = [header.alg];
    try {
      return [{ key: await this.#set(header), algorithms }];
    } catch (thrown) {
      if (thrown instanceof errors.JWKSMultipleMatchingKeys) {
        const keys: VerificationKey[] = [];
        for await (const key of thrown) keys.push({ key, algorithms });
        return keys;
      }
      if (thrown instanceof errors.JWKSNoMatchingKey || thrown instanceof errors.JOSENotSupported) return [];
      throw thrown;
    }
  }
}

function unavailable(cause?: unknown): CollaborationError {
  return new CollaborationError('unavailable', 'Tokens cannot be verified at the moment; try again later.', cause);
}
