import type { CollaborationSession } from '../../domain/entities/collaboration-session.ts';
import type { UserId } from '../../domain/value-objects/user-id.ts';
import type { Principal } from '../ports/authenticator.ts';
import type { UseCaseContext } from './context.ts';

/** Where a user is: its sessions on this node, in documents that the one who asks may open. */
export function getUserSessions(
  { sessions }: UseCaseContext,
  principal: Principal,
  userId: UserId,
): readonly CollaborationSession[] {
  return sessions.getSessionsByUser(userId).filter(({ documentId }) => principal.accessTo(documentId) !== 'none');
}
