import type { Access, Authenticator, Principal } from '../../src/application/ports/authenticator.ts';
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
