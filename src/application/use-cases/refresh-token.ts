import { CollaborationError } from '../../domain/errors.ts';
import type { ClientConnection } from '../connection/client-connection.ts';
import type { Principal } from '../ports/authenticator.ts';
import type { RoomMember } from '../room/room-member.ts';
import { checkAccess, type GrantedAccess } from './check-access.ts';
import type { UseCaseContext } from './context.ts';
import { leaveDocument } from './leave-document.ts';

/** What the newer token makes of a session. */
type Outcome = GrantedAccess | CollaborationError;

/**
 * A connection shows a newer token, or its first one: from now on it may do what that one allows, in the documents that
 * it has open too. Those that it may not open any more are ended. While it has none open, it may be anybody's.
 * @throws CollaborationError `forbidden` when the token is somebody else's, and the connection stays as it was
 */
export async function refreshToken(
  context: UseCaseContext,
  connection: ClientConnection,
  principal: Principal,
): Promise<void> {
  const outcomes = new Map<RoomMember, Outcome>();
  for (const member of connection.members) outcomes.set(member, await outcomeOf(context, member, principal));
  // Behind it: whoever decides of the access may say who this is.
  if (outcomes.size > 0 && connection.principal.subject !== principal.subject) {
    throw new CollaborationError('forbidden', 'The new token is of somebody else; open a new connection.');
  }
  connection.principal = principal;
  for (const member of connection.members) {
    const outcome = outcomes.get(member);
    if (outcome instanceof CollaborationError) {
      leaveDocument(context, member, 'Offline');
      member.sink.end(outcome);
    } else if (outcome !== undefined) {
      member.access = outcome;
    }
  }
}

async function outcomeOf(context: UseCaseContext, member: RoomMember, principal: Principal): Promise<Outcome> {
  try {
    return await checkAccess(context, principal, member.session.documentId);
  } catch (thrown) {
    return CollaborationError.from(thrown);
  }
}
