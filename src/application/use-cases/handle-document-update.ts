import { scanInSteps } from '../../domain/codecs/scan-in-steps.ts';
import { scanUpdate, type UpdateScan } from '../../domain/codecs/scan-update.ts';
import { isQuicklyLearned } from '../../domain/entities/document-weight.ts';
import type { ScannedUpdate } from '../../domain/entities/integration.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { inSteps } from '../room/in-steps.ts';
import { type RoomMember, whyReadOnly } from '../room/room-member.ts';
import type { UseCaseContext } from './context.ts';

/**
 * Takes an update of a session: integrates it at the end of the tick, tells the others, stores it. It is acknowledged
 * through the connection's acknowledgements once it is on disk; one that does not integrate reaches the session's sink
 * as a refusal.
 * @param update Yjs update, encoding v1; kept, so it must not be a view of a buffer that is used again.
 * @returns a promise where the sender should wait before it sends more.
 * @throws (or rejects with) CollaborationError `forbidden` when the session may only read and the update adds something,
 * `damaged` when the document is · `too-large` · `invalid` when it does not decode
 */
export function handleDocumentUpdate(
  context: UseCaseContext,
  member: RoomMember,
  update: Uint8Array,
): Promise<void> | undefined {
  if (update.byteLength > context.limits.maxMessageBytes) {
    const most = context.limits.maxMessageBytes;
    context.metrics.limitReached('MAX_MESSAGE_BYTES');
    throw new CollaborationError('too-large', `An update may have ${most} bytes; this one has ${update.byteLength}.`);
  }
  if (!isQuicklyLearned(update)) return takeLarge(context, member, update);
  return take(context, member, update, scanUpdate(update));
}

/** Its sender waits, and so does its connection: what it sends next comes behind. */
async function takeLarge(context: UseCaseContext, member: RoomMember, update: Uint8Array): Promise<void> {
  const scan = await inSteps(scanInSteps(update));
  await take(context, member, update, scan);
}

function take(
  { clock }: UseCaseContext,
  member: RoomMember,
  update: Uint8Array,
  scan: UpdateScan,
): Promise<void> | undefined {
  // What follows the update proper is ignored by Yjs; stored and passed on it would be a stranger's free ride.
  const own = scan.size === update.byteLength ? update : update.subarray(0, scan.size);
  member.session.updateLastSeen(clock.now());
  const refusal = whyReadOnly(member);
  return refusal === undefined ? submit(member, own, scan) : submitRepetition(member, { update: own, scan }, refusal);
}

function submit(member: RoomMember, update: Uint8Array, scan: UpdateScan): Promise<void> | undefined {
  const { room, session, connection } = member;
  const ticket = connection.acknowledgements.open(session.documentId.value, session.clientId.value, update);
  room.submit({ member, ticket, update, scan });
  return room.busy;
}

/** Providers send what they have whenever they connect, and all deletes they know of: for a reader, that is no fault. */
async function submitRepetition(
  member: RoomMember,
  scanned: ScannedUpdate,
  refusal: CollaborationError,
): Promise<void> {
  if (!(await member.room.repeats(scanned))) throw refusal;
  await submit(member, scanned.update, scanned.scan);
}
