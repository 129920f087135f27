import type { Access, Authenticator, Principal } from '../../src/application/ports/authenticator.ts';
import { CollaborationError } from '../../src/domain/errors.ts';
import type { DocumentId } from '../../src/domain/value-objects/document-id.ts';

/** Somebody of whom a test says no more than it needs. */
export function principalOf(about: Partial<Principal> = {}): Principal {
  return {
    subject: undefined,
    name: undefined,
    color: undefined,
    expiresAt: undefined,
    accessTo: () => 'write',
    ...about,
  };
}

/** Lets everybody in, as somebody who may do this. */
export function everybodyMay(access: Access | ((id: DocumentId) => Access | Promise<Access>)): Authenticator {
  const accessTo = typeof access === 'function' ? access : () => access;
  return { demands: 'nothing', authenticate: async () => principalOf({ accessTo }) };
}

/** Asks for a token, and takes these. */
export function holdersOf(tokens: Readonly<Record<string, Partial<Principal>>>): Authenticator {
  return {
    demands: 'a token',
    authenticate: async ({ token }) => {
      const about = token === undefined ? undefined : tokens[token];
      if (about === undefined) throw new CollaborationError('unauthenticated', 'This token does not do.');
      return principalOf(about);
    },
  };
}
