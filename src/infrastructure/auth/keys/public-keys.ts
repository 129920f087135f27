import { createPublicKey, type KeyObject } from 'node:crypto';
import type { VerificationKey } from './key-source.ts';

const RSA = ['RS256', 'RS384', 'RS512'] as const;
const RSA_PSS = ['PS256', 'PS384', 'PS512'] as const;
const CURVES: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };

/** RFC 7518, section 3.3. */
const MIN_RSA_BITS = 2048;

const MAX_KEYS = 16;
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g;

/**
 * The public keys and certificates of a PEM file.
 * @throws Error when it holds none, or one that no token can be verified with
 */
export function publicKeysIn(pem: string): readonly VerificationKey[] {
  const blocks = [...pem.matchAll(BLOCK)];
  if (blocks.length === 0) throw new Error('there is no PEM block in it');
  if (blocks.length > MAX_KEYS) throw new Error(`it holds more than ${MAX_KEYS} keys`);
  return blocks.map(([block, label = '']) => {
    if (label.includes('PRIVATE')) {
      throw new Error(
        'it holds a private key, which this server must not have; "openssl pkey -pubout" gives the public one',
      );
    }
    const key = createPublicKey(block);
    return { key, algorithms: algorithmsOf(key) };
  });
}

/** What a key of this kind signs with; the first one is what it signs with where nobody chooses. @throws Error if nothing */
export function algorithmsOf(key: KeyObject): readonly [string, ...string[]] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  // Keys that are marked as for RSA-PSS only (`rsa-pss`) cannot be used with jose; others do for it as well.
  if (type === 'rsa') {
    if ((details?.modulusLength ?? 0) < MIN_RSA_BITS) throw new Error(`an RSA key must have ${MIN_RSA_BITS} bits`);
    return [...RSA, ...RSA_PSS];
  }
  if (type === 'ec') {
    const algorithm = CURVES[details?.namedCurve ?? ''];
    if (algorithm === undefined) throw new Error(`tokens are not signed with the curve ${details?.namedCurve}`);
    return [algorithm];
  }
  if (type === 'ed25519') return ['EdDSA', 'Ed25519'];
  throw new Error(`tokens are not signed with keys of the kind ${type}`);
}
