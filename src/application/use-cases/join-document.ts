import { randomUUID } from 'node:crypto';
import { CollaborationSession, type SessionIdentity } from '../../domain/entities/collaboration-session.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { UserJoinedDocument } from '../../domain/events.ts';
import type { ClientId } from '../../domain/value-objects/client-id.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { UserProfile } from '../../domain/value-objects/user-profile.ts';
import type { ClientConnection } from '../connection/client-connection.ts';
import type { RoomMember, SessionSink } from '../room/room-member.ts';
import { checkAccess } from './check-access.ts';
import type { UseCaseContext } from './context.ts';
import { ownProfile, type SaidProfile } from './own-profile.ts';

export interface JoinDocument {
  readonly connection: ClientConnection;
  readonly documentId: DocumentId;
  readonly clientId: ClientId;
  /** What the client says of its user; absent: an anonymous session. */
  readonly profile: SaidProfile | undefined;
  readonly sink: SessionSink;
}

/**
 * Makes a session and puts it in the document's room, from where it is told of all that others do.
 * @throws CollaborationError `session-exists` when the connection has a session of this document and client ·
 * `invalid` · `too-large` when it has too many · `rate-limited` · `unavailable` when the document cannot be loaded · as
 * `checkAccess`
 */
export async function joinDocument(context: UseCaseContext, join: JoinDocument): Promise<RoomMember> {
  const granted = checkAccess(context, join.connection.principal, join.documentId);
  const access = typeof granted === 'string' ? granted : await granted;
  // Behind it: whoever decides of the access may say who this is.
  const { profile, identity } = identify(context, join);
  refuseSecondSession(join);
  if (join.connection.sessionCount >= context.limits.maxSessionsPerConnection) {
    const most = context.limits.maxSessionsPerConnection;
    context.metrics.limitReached('MAX_SESSIONS_PER_CONNECTION');
    throw new CollaborationError('too-large', `One connection may have ${most} sessions.`);
  }
  const counted = join.connection.allowance.join();
  if (counted !== undefined) await counted;
  const room = await context.rooms.open(join.documentId);
  // While the document was loaded, the client may have gone, or have joined once more.
  if (join.connection.hasEnded) throw new CollaborationError('unavailable', 'The connection has ended.');
  refuseSecondSession(join);
  const session = new CollaborationSession({
    sessionId: newSessionId(),
    documentId: join.documentId,
    clientId: join.clientId,
    identity,
    profile,
    now: context.clock.now(),
  });
  const news = isNews(context, session);
  const member: RoomMember = { room, connection: join.connection, access, sink: join.sink, session };
  room.enter(member);
  context.sessions.addSession(session);
  join.connection.add(member);
  if (news) announceJoin(context, member);
  logJoin(context, member);
  return member;
}

/**
 * Whether the others are to hear of this session: it has a name, and they do not know the client already. It may be
 * back before its old connection has ended, and may have left on one of two. Ask before the session is stored, or after
 * it was removed.
 */
export function isNews(
  { sessions }: UseCaseContext,
  { identity, clientId, documentId }: CollaborationSession,
): boolean {
  return identity === 'named' && sessions.getSessionByClientId(clientId, documentId) === undefined;
}

export function announceJoin({ clock }: UseCaseContext, member: RoomMember): void {
  member.room.announce(new UserJoinedDocument(member.session, clock.now()), member);
}

/** Node puts a UUID together from pieces that stay apart, at ten times the memory, until somebody looks into it. */
function newSessionId(): string {
  return Buffer.from(randomUUID(), 'latin1').toString('latin1');
}

function identify(context: UseCaseContext, join: JoinDocument): { profile: UserProfile; identity: SessionIdentity } {
  const { principal } = join.connection;
  const identity = join.profile === undefined ? 'anonymous' : 'named';
  const said = join.profile ?? { userId: principal.subject ?? join.clientId.value };
  return { profile: ownProfile(context, principal, said), identity };
}

function refuseSecondSession({ connection, documentId, clientId }: JoinDocument): void {
  if (connection.member(documentId.value, clientId.value) === undefined) return;
  throw new CollaborationError('session-exists', 'This client has a session of this document on this connection.');
}

/** An e-mail address says more about a person than a log needs; its domain tells an operator whose users they are. */
function logJoin({ logger }: UseCaseContext, { session, connection }: RoomMember): void {
  const { documentId, clientId, sessionId, identity, userId } = session;
  const fields = {
    document: documentId.value,
    client: clientId.value,
    session: sessionId,
    connection: connection.id,
    identity,
    user: userId.isEmailFormat ? undefined : userId.value,
    userDomain: userId.domain,
  };
  logger.debug(fields, 'Joined');
}
