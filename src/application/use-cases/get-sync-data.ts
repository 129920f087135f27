import { checkStateVector } from '../../domain/codecs/state-vector.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { SyncRequested } from '../../domain/events.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { Principal } from '../ports/authenticator.ts';
import type { Room } from '../room/room.ts';
import type { RoomMember } from '../room/room-member.ts';
import { checkAccess } from './check-access.ts';
import type { UseCaseContext } from './context.ts';

export interface SyncData {
  /** What the client lacks: a Yjs update, encoding v1. */
  readonly update: Uint8Array;
  /** What the server has, encoding v1. */
  readonly stateVector: Uint8Array;
  /** Why this is not all of it and nobody may write, where the document is damaged. */
  readonly quarantine: string | undefined;
}

/**
 * What a session lacks that has this state vector.
 * @param stateVector encoding v1; no bytes: it has nothing.
 * @throws CollaborationError `invalid` when the state vector does not decode · `too-large` · `unavailable`
 */
export async function getSyncData(
  context: UseCaseContext,
  member: RoomMember,
  stateVector: Uint8Array,
): Promise<SyncData> {
  heard(context, member);
  return missing(context, member.room, stateVector);
}

/**
 * The same as one or several updates, to be applied in order, where that is cheaper; none where nothing is missing. The
 * same array for the same question, as long as nobody edits the document.
 * @throws CollaborationError as `getSyncData`
 */
export async function getSyncParts(
  context: UseCaseContext,
  member: RoomMember,
  stateVector: Uint8Array,
): Promise<readonly Uint8Array[]> {
  heard(context, member);
  const checked = checkSize(context, stateVector);
  return member.room.missingParts(checked);
}

/**
 * What `getSyncData` answers, for somebody who has no session and wants none.
 * @throws CollaborationError as `getSyncData` and `checkAccess`
 */
export async function peekSyncData(
  context: UseCaseContext,
  principal: Principal,
  documentId: DocumentId,
  stateVector: Uint8Array,
): Promise<SyncData> {
  await checkAccess(context, principal, documentId);
  return missing(context, await context.rooms.open(documentId), stateVector);
}

function heard({ clock, events }: UseCaseContext, member: RoomMember): void {
  const now = clock.now();
  member.session.updateLastSeen(now);
  events.publish(new SyncRequested(member.session, now));
}

async function missing(context: UseCaseContext, room: Room, stateVector: Uint8Array): Promise<SyncData> {
  const checked = checkSize(context, stateVector);
  const update = await room.missingUpdates(checked);
  return { update, stateVector: room.stateVector, quarantine: room.quarantine };
}

function checkSize({ limits, metrics }: UseCaseContext, stateVector: Uint8Array): Uint8Array {
  if (stateVector.byteLength > limits.maxMessageBytes) {
    metrics.limitReached('MAX_MESSAGE_BYTES');
    throw new CollaborationError('too-large', `A state vector may have ${limits.maxMessageBytes} bytes.`);
  }
  return checkStateVector(stateVector, limits.maxStateVectorEntries);
}
