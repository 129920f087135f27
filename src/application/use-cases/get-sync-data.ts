import { checkStateVector } from '../../domain/codecs/state-vector.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { SyncRequested } from '../../domain/events.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { Principal } from '../ports/authenticator.ts';
import type { Room } from '../room/room.ts';
import type { RoomMember } from '../room/room-member.ts';
import type { UseCaseContext } from './context.ts';

export interface SyncData {
  /** What the client lacks: a Yjs update, encoding v1. */
  readonly update: Uint8Array;
  /** What the server has, encoding v1. */
  readonly stateVector: Uint8Array;
}

/**
 * What a session lacks that has this state vector.
 * @param stateVector encoding v1; no bytes: it has nothing.
 * @throws CollaborationError `invalid` when the state vector does not decode · `unavailable`
 */
export async function getSyncData(
  context: UseCaseContext,
  member: RoomMember,
  stateVector: Uint8Array,
): Promise<SyncData> {
  const now = context.clock.now();
  member.session.updateLastSeen(now);
  context.events.publish(new SyncRequested(member.session, now));
  return missing(context, member.room, stateVector);
}

/**
 * The same for somebody who has no session and wants none.
 * @throws CollaborationError as `getSyncData`, and `forbidden`
 */
export async function peekSyncData(
  context: UseCaseContext,
  principal: Principal,
  documentId: DocumentId,
  stateVector: Uint8Array,
): Promise<SyncData> {
  if (principal.accessTo(documentId) === 'none') {
    throw new CollaborationError('forbidden', 'You may not open this document.');
  }
  return missing(context, await context.rooms.open(documentId), stateVector);
}

async function missing({ limits }: UseCaseContext, room: Room, stateVector: Uint8Array): Promise<SyncData> {
  const checked = checkStateVector(stateVector, limits.maxStateVectorEntries);
  await room.whenReadable();
  const { document } = room;
  return { update: document.missingUpdates(checked), stateVector: document.stateVector };
}
