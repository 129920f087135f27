import { CollaborationError } from '../../domain/errors.ts';
import { SessionExpired } from '../../domain/events.ts';
import type { UseCaseContext } from './context.ts';
import { leaveDocument } from './leave-document.ts';

/**
 * Ends sessions that were not heard of for `timeout` milliseconds, and shows those that were not for half of it as
 * offline.
 * @returns how many expired
 */
export function cleanupExpiredSessions(context: UseCaseContext, timeout: number): number {
  const now = context.clock.now();
  let expired = 0;
  for (const room of context.rooms.all) {
    for (const { session } of room.members.all) {
      if (session.isActive && session.isStale(timeout, now)) session.setStatus('Offline');
    }
  }
  for (const session of context.sessions.cleanupExpiredSessions(timeout)) {
    const member = context.rooms.find(session.documentId)?.members.bySession(session.sessionId);
    if (member === undefined) continue;
    expired++;
    context.events.publish(new SessionExpired(session, now));
    leaveDocument(context, member, 'Offline');
    member.sink.end(new CollaborationError('not-found', 'The session expired: nothing was heard of it. Join again.'));
  }
  return expired;
}
