import { CollaborationError } from '../../domain/errors.ts';
import type { Principal } from '../ports/authenticator.ts';

/** Whoever is on a connection whose protocol brings the token in a message, until it has come. */
export class Stranger implements Principal {
  readonly subject = undefined;
  readonly name = undefined;
  readonly color = undefined;
  /** Unix milliseconds at which the token must be there. */
  readonly expiresAt: number;

  constructor(expiresAt: number) {
    this.expiresAt = expiresAt;
  }

  accessTo(): never {
    throw tokenMissing();
  }
}

export function tokenMissing(): CollaborationError {
  return new CollaborationError('unauthenticated', 'This server asks for a token, and none came.');
}
