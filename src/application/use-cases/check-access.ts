import { CollaborationError } from '../../domain/errors.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import { type Access, includes, type Principal } from '../ports/authenticator.ts';
import type { UseCaseContext } from './context.ts';

/** What a session may do. */
export type GrantedAccess = 'read' | 'write';

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

/**
 * That the principal may delete the document for good.
 * @throws CollaborationError as `checkAccess`
 */
export async function checkDeletion(
  { clock }: Pick<UseCaseContext, 'clock'>,
  principal: Principal,
  documentId: DocumentId,
): Promise<void> {
  const access = await principal.accessTo(documentId);
  granted(access, principal, clock.now());
  if (!includes(access, 'delete')) throw new CollaborationError('forbidden', 'You may not delete this document.');
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
  return includes(access, 'write') ? 'write' : 'read';
}
