import type { Access, Principal } from '../../../application/ports/authenticator.ts';

/** The user id of all who do not say who they are in a way that can be checked. */
export const ANONYMOUS = 'anonymous';

/** Somebody without a token. */
export class AnonymousPrincipal implements Principal {
  readonly subject = ANONYMOUS;
  readonly name = undefined;
  readonly color = undefined;
  readonly expiresAt = undefined;
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  accessTo(): Access {
    return this.#access;
  }
}
