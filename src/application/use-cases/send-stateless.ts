import { CollaborationError } from '../../domain/errors.ts';
import { StatelessMessageSent } from '../../domain/events.ts';
import { ClientId } from '../../domain/value-objects/client-id.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import { UserId } from '../../domain/value-objects/user-id.ts';
import type { Access, Principal } from '../ports/authenticator.ts';
import type { RoomMember } from '../room/room-member.ts';
import { checkAccess } from './check-access.ts';
import type { UseCaseContext } from './context.ts';

/** Who sends a message that comes from no client. */
const SERVER = 'server';

/**
 * A client's message to everyone else who is in the document now, through doors that have such messages. It is not kept,
 * and nobody says whether it arrived. Others act on it, so it takes the right to write.
 * @throws CollaborationError `forbidden` · `too-large`
 */
export function sendStateless(context: UseCaseContext, member: RoomMember, payload: string): void {
  const now = context.clock.now();
  member.session.updateLastSeen(now);
  check(context, member.access, payload);
  member.room.announce(new StatelessMessageSent(member.session, now, payload), member);
}

/**
 * The same from outside of the document, to everyone in it.
 * @throws CollaborationError `forbidden` · `too-large` · as `checkAccess`
 */
export async function broadcastStateless(
  context: UseCaseContext,
  principal: Principal,
  documentId: DocumentId,
  payload: string,
): Promise<void> {
  check(context, await checkAccess(context, principal, documentId), payload);
  const userId = UserId.parse(principal.subject ?? SERVER);
  const origin = { documentId, clientId: ClientId.parse(SERVER), userId };
  const room = context.rooms.find(documentId);
  room?.announce(new StatelessMessageSent(origin, context.clock.now(), payload), undefined);
}

function check({ limits }: UseCaseContext, access: Access, payload: string): void {
  if (access !== 'write') throw new CollaborationError('forbidden', 'Whoever may only read sends no messages.');
  const most = limits.maxStatelessBytes;
  if (Buffer.byteLength(payload) <= most) return;
  throw new CollaborationError('too-large', `A stateless message may have ${most} bytes.`);
}
