import { CollaborationError } from '../../domain/errors.ts';
import type { ClientConnection } from '../connection/client-connection.ts';
import { Stranger } from '../connection/stranger.ts';
import type { Principal } from '../ports/authenticator.ts';
import { checkAccess } from './check-access.ts';
import type { UseCaseContext } from './context.ts';
import { leaveDocument } from './leave-document.ts';

/**
 * A connection shows a newer token, or its first one: from now on it may do what that one allows, in the documents that
 * it has open too. Those that it may not open any more are ended.
 * @throws CollaborationError `forbidden` when the token is somebody else's, and the connection stays as it was
 */
export async function refreshToken(
  context: UseCaseContext,
  connection: ClientConnection,
  principal: Principal,
): Promise<void> {
  const known = connection.principal;
  if (!(known instanceof Stranger) && known.subject !== principal.subject) {
    throw new CollaborationError('forbidden', 'The new token is of somebody else; open a new connection.');
  }
  connection.principal = principal;
  for (const member of connection.members) {
    try {
      member.access = await checkAccess(context, principal, member.session.documentId);
    } catch (thrown) {
      leaveDocument(context, member, 'Offline');
      member.sink.end(CollaborationError.from(thrown));
    }
  }
}
