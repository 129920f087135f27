import { scanUpdate } from '../../domain/codecs/scan-update.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { RoomMember } from '../room/room-member.ts';
import type { UseCaseContext } from './context.ts';

/**
 * Takes an update of a session: integrates it at the end of the tick, tells the others, stores it. It is acknowledged
 * through the connection's acknowledgements once it is on disk; one that does not integrate reaches the session's sink
 * as a refusal.
 * @param update Yjs update, encoding v1; kept, so it must not be a view of a buffer that is used again.
 * @returns a promise where the sender should wait before it sends more.
 * @throws CollaborationError `forbidden` · `too-large` · `invalid` when it does not decode
 */
export function handleDocumentUpdate(
  context: UseCaseContext,
  member: RoomMember,
  update: Uint8Array,
): Promise<void> | undefined {
  const { room, session, connection } = member;
  if (member.access === 'read') throw new CollaborationError('forbidden', 'This session may only read.');
  if (update.byteLength > context.limits.maxMessageBytes) {
    const most = context.limits.maxMessageBytes;
    context.metrics.limitReached('MAX_MESSAGE_BYTES');
    throw new CollaborationError('too-large', `An update may have ${most} bytes; this one has ${update.byteLength}.`);
  }
  const scan = scanUpdate(update);
  // What follows the update proper is ignored by Yjs; stored and passed on it would be a stranger's free ride.
  const own = scan.size === update.byteLength ? update : update.subarray(0, scan.size);
  session.updateLastSeen(context.clock.now());
  const ticket = connection.acknowledgements.open(session.documentId.value, session.clientId.value, own);
  room.submit({ member, ticket, update: own, scan });
  return room.busy;
}
