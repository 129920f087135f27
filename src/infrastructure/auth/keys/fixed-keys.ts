import type { ProtectedHeaderParameters } from 'jose';
import { type KeySource, usable, type VerificationKey } from './key-source.ts';

/** Keys that stay as long as the server runs. */
export class FixedKeys implements KeySource {
  readonly #keys: readonly VerificationKey[];

  constructor(keys: readonly VerificationKey[]) {
    this.#keys = keys;
  }

  keysFor(header: ProtectedHeaderParameters): Promise<readonly VerificationKey[]> {
    return Promise.resolve(usable(this.#keys, header));
  }
}
