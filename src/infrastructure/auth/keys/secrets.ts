import { createSecretKey } from 'node:crypto';
import type { VerificationKey } from './key-source.ts';

/** RFC 7518, section 3.2: a key is at least as long as the hash. Bytes. */
const LENGTHS = { HS256: 32, HS384: 48, HS512: 64 } as const;

const MIN_SECRET_BYTES = LENGTHS.HS256;

const MAX_SECRETS = 16;

/** A secret, to sign and to verify with. @throws Error when it is too short */
export function secretKey(secret: string): VerificationKey {
  const bytes = Buffer.from(secret, 'utf8');
  if (bytes.byteLength < MIN_SECRET_BYTES) {
    throw new Error(`a secret must have ${MIN_SECRET_BYTES} bytes or more; "openssl rand -base64 48" makes one`);
  }
  const algorithms = Object.entries(LENGTHS).flatMap(([name, least]) => (bytes.byteLength >= least ? [name] : []));
  return { key: createSecretKey(bytes), algorithms };
}

/** The secrets of a file, one a line; the first one signs. @throws Error when it holds none, or one that does not do */
export function secretsIn(content: string): readonly VerificationKey[] {
  const lines = content
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0) throw new Error('there is no secret in it');
  if (lines.length > MAX_SECRETS) throw new Error(`it holds more than ${MAX_SECRETS} secrets`);
  return lines.map(secretKey);
}
