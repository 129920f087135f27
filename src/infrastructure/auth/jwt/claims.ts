import type { JWTPayload } from 'jose';
import { z } from 'zod';
import type { Access } from '../../../application/ports/authenticator.ts';
import { DocumentPattern } from '../../../domain/value-objects/document-pattern.ts';
import { UserId } from '../../../domain/value-objects/user-id.ts';
import { ANONYMOUS } from '../shared/anonymous-principal.ts';
import { refusal } from '../shared/refusal.ts';

/** Documents that a token opens, and for what. */
export interface Grant {
  readonly documents: DocumentPattern;
  readonly access: Exclude<Access, 'none'>;
}

/** What a token says of its bearer. */
export interface Claims {
  readonly subject: string;
  readonly name: string | undefined;
  readonly color: string | undefined;
  /** Unix milliseconds, as the token has it. */
  readonly expiresAt: number | undefined;
  /** None: the token has no such claim. */
  readonly grants: readonly Grant[] | undefined;
}

const MAX_GRANTS = 1_000;
const MAX_TEXT_LENGTH = 1_024;

const text = z.string().max(MAX_TEXT_LENGTH).optional();

const PAYLOAD = z.object({ sub: z.string().optional(), name: text, color: text, colour: text });

const GRANTS = z
  .array(z.object({ documents: z.string(), access: z.enum(['read', 'write', 'delete']) }))
  .max(MAX_GRANTS)
  .optional();

/**
 * Reads the claims of a token that was verified.
 * @param grantsClaim the name of the claim that lists the grants
 * @throws CollaborationError `unauthenticated` when one is not what it must be
 */
export function claimsOf(payload: JWTPayload, grantsClaim: string): Claims {
  const said = PAYLOAD.safeParse(payload);
  if (!said.success) throw refusal(`The claim "${String(said.error.issues[0]?.path[0])}" of the token is not usable.`);
  const { sub, name, color, colour } = said.data;
  return {
    subject: sub === undefined ? ANONYMOUS : userIdIn(sub),
    name,
    color: color ?? colour,
    expiresAt: payload.exp === undefined ? undefined : payload.exp * 1000,
    grants: grantsIn(Object.hasOwn(payload, grantsClaim) ? payload[grantsClaim] : undefined, grantsClaim),
  };
}

function userIdIn(sub: string): string {
  try {
    return UserId.parse(sub).value;
  } catch (cause) {
    throw refusal('The claim "sub" of the token is no user id: 1 to 256 characters.', cause);
  }
}

function grantsIn(raw: unknown, claim: string): readonly Grant[] | undefined {
  const grants = GRANTS.safeParse(raw);
  const form = `The claim "${claim}" must be a list of at most ${MAX_GRANTS} { documents: pattern, access: read, write or delete }.`;
  if (!grants.success) throw refusal(form);
  try {
    return grants.data?.map(({ documents, access }) => ({ documents: DocumentPattern.parse(documents), access }));
  } catch (cause) {
    throw refusal(form, cause);
  }
}
