import type { SessionStatus } from '../../domain/entities/collaboration-session.ts';
import { UserAwarenessUpdated, UserLeftDocument } from '../../domain/events.ts';
import type { ClientConnection } from '../connection/client-connection.ts';
import type { RoomMember } from '../room/room-member.ts';
import type { UseCaseContext } from './context.ts';
import { isNews } from './join-document.ts';

/** Ends a session; the others are told, unless the client is still there on another connection. */
export function leaveDocument(context: UseCaseContext, member: RoomMember, status: SessionStatus): void {
  const { room, session, connection } = member;
  if (room.members.bySession(session.sessionId) !== member) return;
  context.sessions.removeSession(session.sessionId);
  session.setStatus(status);
  connection.remove(member);
  room.leave(member);
  if (room.members.size === 0) context.rooms.vacated(room);
  const now = context.clock.now();
  const ended = room.presence.removeSession(session.sessionId);
  if (ended.length > 0) room.announce(new UserAwarenessUpdated(session, now, ended), member);
  if (isNews(context, session)) {
    room.announce(new UserLeftDocument(session, now), member);
  }
  const fields = {
    document: session.documentId.value,
    client: session.clientId.value,
    session: session.sessionId,
    status,
    duration: session.duration(now),
  };
  context.logger.debug(fields, 'Left');
}

/** The transport ended without a word: every session of it is Disconnected. */
export function disconnect(context: UseCaseContext, connection: ClientConnection): void {
  connection.end();
  for (const member of connection.members) leaveDocument(context, member, 'Disconnected');
}
