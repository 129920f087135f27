import type { KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Grant } from './claims.ts';

/** A key that signs, and how. */
export interface SigningKey {
  readonly key: KeyObject;
  /** RFC 7518, section 3.1. */
  readonly algorithm: string;
  /** `kid`, where the one who verifies has several keys. */
  readonly id: string | undefined;
}

export interface TokenContent {
  readonly subject: string;
  readonly name: string | undefined;
  readonly color: string | undefined;
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  readonly grants: readonly Grant[];
  /** The name of the claim that lists them. */
  readonly grantsClaim: string;
  /** Unix milliseconds. */
  readonly now: number;
  /** Milliseconds from `now`. */
  readonly lifetime: number;
}

/** Makes a token that this server takes. */
export function signToken(content: TokenContent, { key, algorithm, id }: SigningKey): Promise<string> {
  const { subject, name, color, issuer, audience, grants, grantsClaim, now, lifetime } = content;
  const granted = grants.map(({ documents, access }) => ({ documents: documents.value, access }));
  const claims = { ...(name === undefined ? {} : { name }), ...(color === undefined ? {} : { color }) };
  const issuedAt = Math.floor(now / 1000);
  const token = new SignJWT({ ...claims, [grantsClaim]: granted })
    .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(id === undefined ? {} : { kid: id }) })
    .setSubject(subject)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + Math.ceil(lifetime / 1000));
  if (issuer !== undefined) token.setIssuer(issuer);
  if (audience !== undefined) token.setAudience(audience);
  return token.sign(key);
}
