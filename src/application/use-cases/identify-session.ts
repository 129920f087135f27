import { CollaborationError } from '../../domain/errors.ts';
import type { ClientId } from '../../domain/value-objects/client-id.ts';
import type { RoomMember } from '../room/room-member.ts';
import type { UseCaseContext } from './context.ts';
import { announceJoin, isNews } from './join-document.ts';
import { ownProfile, type SaidProfile } from './own-profile.ts';

/**
 * An anonymous session says who it is: a JSON client that joins after its first sync, or a provider whose awareness
 * state names a user. The session goes on.
 * @throws CollaborationError `session-exists` when it was named before · as `ownProfile`
 */
export function identifySession(
  context: UseCaseContext,
  member: RoomMember,
  profile: SaidProfile,
  clientId: ClientId = member.session.clientId,
): void {
  if (member.session.identity === 'named') {
    throw new CollaborationError('session-exists', 'This client has joined this document on this connection already.');
  }
  const parsed = ownProfile(context, member.connection.principal, profile);
  const session = member.session.identifiedAs(parsed, clientId);
  // A JSON client keeps the client id that its anonymous session had; the others never heard of that one.
  const news = clientId.value === member.session.clientId.value || isNews(context, session);
  member.connection.remove(member);
  member.session = session;
  member.connection.add(member);
  context.sessions.updateSession(session);
  if (news) announceJoin(context, member);
}

/** The user of a named session changed its name or colour; the others see that in its awareness state. */
export function renameSession(context: UseCaseContext, member: RoomMember, profile: SaidProfile): void {
  const { session } = member;
  if (session.userName === profile.userName && session.userColor === profile.userColor) return;
  member.session = session.identifiedAs(ownProfile(context, member.connection.principal, profile), session.clientId);
  context.sessions.updateSession(member.session);
}
