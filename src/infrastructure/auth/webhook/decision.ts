import { z } from 'zod';
import { ACCESSES, type Access } from '../../../application/ports/authenticator.ts';
import { UserId } from '../../../domain/value-objects/user-id.ts';

/** What the webhook is asked: who wants to open which document. */
export interface Question {
  readonly token: string | undefined;
  readonly document: string;
  /** The token's own, where the server can verify it. */
  readonly subject: string | undefined;
  readonly name: string | undefined;
  readonly remoteAddress: string | undefined;
}

/** What the webhook answers. */
export interface Decision {
  readonly access: Access;
  readonly subject: string | undefined;
  readonly name: string | undefined;
  readonly color: string | undefined;
  /** Unix milliseconds. */
  readonly expiresAt: number | undefined;
}

const text = z.string().max(1_024).nullish();

const ANSWER = z.object({
  access: z.enum(ACCESSES),
  sub: z
    .string()
    .nullish()
    .refine((sub) => sub === undefined || sub === null || isUserId(sub)),
  name: text,
  color: text,
  expiresAt: z.number().nonnegative().nullish(),
});

/** Reads the body of an answer. @throws Error when it is not what it must be */
export function decisionIn(body: string): Decision {
  const { access, sub, name, color, expiresAt } = ANSWER.parse(JSON.parse(body));
  return {
    access,
    subject: sub ?? undefined,
    name: name ?? undefined,
    color: color ?? undefined,
    expiresAt: expiresAt ?? undefined,
  };
}

/** The decision where the answer is a status and no more. */
export const REFUSED: Decision = {
  access: 'none',
  subject: undefined,
  name: undefined,
  color: undefined,
  expiresAt: undefined,
};

function isUserId(sub: string): boolean {
  try {
    return UserId.parse(sub).value === sub;
  } catch {
    return false;
  }
}
