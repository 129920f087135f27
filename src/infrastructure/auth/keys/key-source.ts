import type { KeyObject } from 'node:crypto';
import type { CryptoKey, ProtectedHeaderParameters } from 'jose';

/** A key, and what it may be used for: never what a token says of itself. */
export interface VerificationKey {
  readonly key: KeyObject | CryptoKey;
  /** Names of RFC 7518, section 3.1, and RFC 8037. */
  readonly algorithms: readonly string[];
}

/** Where keys come from that verify tokens. They may change while the server runs. */
export interface KeySource {
  /**
   * The keys that may have signed a token with this header; none where that is not for this source to say.
   * @throws CollaborationError `unavailable` when the keys cannot be had
   */
  keysFor(header: ProtectedHeaderParameters): Promise<readonly VerificationKey[]>;
}

/** Those of the keys that may be used with the algorithm that a token names. */
export function usable(
  keys: readonly VerificationKey[],
  { alg }: ProtectedHeaderParameters,
): readonly VerificationKey[] {
  return alg === undefined ? [] : keys.filter(({ algorithms }) => algorithms.includes(alg));
}
