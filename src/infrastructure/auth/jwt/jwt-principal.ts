import { type Access, includes, type Principal } from '../../../application/ports/authenticator.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { Claims, Grant } from './claims.ts';

/** Whom a token speaks for, with what it grants. */
export class JwtPrincipal implements Principal {
  readonly subject: string;
  readonly name: string | undefined;
  readonly color: string | undefined;
  readonly expiresAt: number | undefined;
  readonly #grants: readonly Grant[] | undefined;
  readonly #fallback: Access;

  /** @param fallback what a token may do that says nothing of grants */
  constructor(claims: Claims, fallback: Access) {
    this.subject = claims.subject;
    this.name = claims.name;
    this.color = claims.color;
    this.expiresAt = claims.expiresAt;
    this.#grants = claims.grants;
    this.#fallback = fallback;
  }

  /** The most generous grant that matches wins. */
  accessTo(documentId: DocumentId): Access {
    if (this.#grants === undefined) return this.#fallback;
    let most: Access = 'none';
    for (const { documents, access } of this.#grants) {
      if (!includes(most, access) && documents.matches(documentId)) most = access;
    }
    return most;
  }
}
