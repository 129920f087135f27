import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, type ProtectedHeaderParameters } from 'jose';
import type { Clock } from '../../../application/ports/clock.ts';
import { CollaborationError } from '../../../domain/errors.ts';
import type { KeySource, VerificationKey } from '../keys/key-source.ts';
import { refusal } from '../shared/refusal.ts';
import { type Claims, claimsOf } from './claims.ts';

export interface JwtVerifierOptions {
  /** Asked in this order. */
  readonly keys: readonly KeySource[];
  readonly clock: Clock;
  /** What `iss` must be; none: whatever it likes. */
  readonly issuer: string | undefined;
  /** What `aud` must be or hold; none: whatever it likes. */
  readonly audience: string | undefined;
  /** Milliseconds that clocks may differ by. */
  readonly clockTolerance: number;
  /** The name of the claim that lists the grants. */
  readonly grantsClaim: string;
}

/** Checks signature, time, issuer and audience of JSON Web Tokens (RFC 7519, RFC 8725). */
export class JwtVerifier {
  readonly #options: JwtVerifierOptions;

  constructor(options: JwtVerifierOptions) {
    this.#options = options;
  }

  /** @throws CollaborationError `unauthenticated` · `unavailable` when keys cannot be had */
  async verify(token: string): Promise<Claims> {
    const payload = await this.#payloadOf(token);
    const claims = claimsOf(payload, this.#options.grantsClaim);
    // Accepted for so long, it lasts for so long.
    const expiresAt = claims.expiresAt === undefined ? undefined : claims.expiresAt + this.#options.clockTolerance;
    return { ...claims, expiresAt };
  }

  /** A key says what it can verify; the token's own word for it only chooses among those keys. */
  async #payloadOf(token: string): Promise<JWTPayload> {
    const header = headerOf(token);
    for (const source of this.#options.keys) {
      for (const candidate of await source.keysFor(header)) {
        const payload = await this.#verified(token, candidate);
        if (payload !== undefined) return payload;
      }
    }
    throw refusal('The signature of the token is not one of this server.');
  }

  /** @returns none where the key is not the one that signed it */
  async #verified(token: string, { key, algorithms }: VerificationKey): Promise<JWTPayload | undefined> {
    const { clock, issuer, audience, clockTolerance } = this.#options;
    const demands = {
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience }),
    };
    try {
      const { payload } = await jwtVerify(token, key, {
        ...demands,
        algorithms: [...algorithms],
        clockTolerance: clockTolerance / 1000,
        currentDate: new Date(clock.now()),
      });
      return payload;
    } catch (thrown) {
      if (thrown instanceof errors.JWSSignatureVerificationFailed) return undefined;
      throw translated(thrown);
    }
  }
}

function headerOf(token: string): ProtectedHeaderParameters {
  try {
    return decodeProtectedHeader(token);
  } catch {
    // The cause is left out: it may quote the token.
    throw refusal('The token is no JSON Web Token.');
  }
}

function translated(thrown: unknown): CollaborationError {
  if (thrown instanceof CollaborationError) return thrown;
  if (thrown instanceof errors.JWTExpired) return refusal('The token has expired.');
  if (thrown instanceof errors.JWTClaimValidationFailed) {
    return refusal(`The claim "${thrown.claim}" of the token does not do: it is ${words(thrown.reason)}.`);
  }
  if (thrown instanceof errors.JOSEError) return refusal('The token is not a JSON Web Token that this server takes.');
  return CollaborationError.from(thrown);
}

function words(reason: string): string {
  return reason === 'missing' ? 'missing' : 'not what this server asks for';
}
