import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';

export const SECRET = 'a-secret-for-tests-that-is-long-enough-for-every-algorithm-of-the-family';

/** Who a test's tokens are of. */
export interface Said {
  readonly sub?: string;
  readonly [claim: string]: unknown;
}

export const WRITE_ALL = [{ documents: '**', access: 'write' }] as const;
export const READ_ALL = [{ documents: '**', access: 'read' }] as const;

/** A token of the secret; `expires` is in Unix milliseconds. */
export function tokenOf(said: Said, expires?: number, secret = SECRET): Promise<string> {
  return signed(said, { alg: 'HS256' }, new TextEncoder().encode(secret), expires);
}

export function signed(
  said: Said,
  header: { readonly alg: string; readonly kid?: string },
  key: KeyObject | Uint8Array,
  expires?: number,
): Promise<string> {
  const exp = expires === undefined ? {} : { exp: expires / 1000 };
  return new SignJWT({ ...said, ...exp }).setProtectedHeader(header).sign(key);
}

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** A key pair for each way to sign. */
const PAIRS: Readonly<Record<string, KeyPair>> = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  p521: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  ed25519: generateKeyPairSync('ed25519'),
};

export const ALGORITHMS = [
  ['RS256', 'rsa'],
  ['RS384', 'rsa'],
  ['RS512', 'rsa'],
  ['PS256', 'rsa'],
  ['PS384', 'rsa'],
  ['PS512', 'rsa'],
  ['ES256', 'p256'],
  ['ES384', 'p384'],
  ['ES512', 'p521'],
  ['EdDSA', 'ed25519'],
] as const;

export function pairOf(name: string): KeyPair {
  const pair = PAIRS[name];
  if (pair === undefined) throw new Error(`There is no key pair ${name}.`);
  return pair;
}

export function pemOf(key: KeyObject): string {
  return key.export({ format: 'pem', type: key.type === 'public' ? 'spki' : 'pkcs8' }).toString();
}

/** A token put together by hand: whatever header and claims, and these bytes as the signature. */
export function forged(header: object, payload: object, signature: Uint8Array = randomBytes(32)): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(payload)}.${Buffer.from(signature).toString('base64url')}`;
}
