import type { CollaborationSession } from '../../domain/entities/collaboration-session.ts';
import type { UserId } from '../../domain/value-objects/user-id.ts';
import type { Principal } from '../ports/authenticator.ts';
import type { UseCaseContext } from './context.ts';

/** Where a user is: its sessions on this node, in documents that the one who asks may open. */
export async function getUserSessions(
  { sessions }: UseCaseContext,
  principal: Principal,
  userId: UserId,
): Promise<readonly CollaborationSession[]> {
  const found: CollaborationSession[] = [];
  for (const session of sessions.getSessionsByUser(userId)) {
    if ((await principal.accessTo(session.documentId)) !== 'none') found.push(session);
  }
  return found;
}
