import { CollaborationError } from '../../domain/errors.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { Access, Principal } from '../ports/authenticator.ts';
import type { UseCaseContext } from './context.ts';

/** What somebody may do who may open a document. */
export type GrantedAccess = Exclude<Access, 'none'>;

/**
 * What the principal may do with the document. Synchronous unless somebody else has to be asked.
 * @throws (or rejects with) CollaborationError `unauthenticated` when its token has expired · `forbidden` · `unavailable`
 */
export function checkAccess(
  { clock }: Pick<UseCaseContext, 'clock'>,
  principal: Principal,
  documentId: DocumentId,
): GrantedAccess | Promise<GrantedAccess> {
  const access = principal.accessTo(documentId);
  if (typeof access === 'string') return granted(access, principal, clock.now());
  return access.then((decided) => granted(decided, principal, clock.now()));
}

/** The error of a token whose time is over. */
export function expired(): CollaborationError {
  return new CollaborationError('unauthenticated', 'The token has expired.');
}

export function isExpired({ expiresAt }: Principal, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

function granted(access: Access, principal: Principal, now: number): GrantedAccess {
  if (isExpired(principal, now)) throw expired();
  if (access === 'none') throw new CollaborationError('forbidden', 'You may not open this document.');
  return access;
}
