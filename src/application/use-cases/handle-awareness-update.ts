import { type AwarenessEntry, decodeAwareness } from '../../domain/codecs/awareness.ts';
import type { PresenceChange } from '../../domain/entities/presence-state.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { UserAwarenessUpdated } from '../../domain/events.ts';
import { ClientId } from '../../domain/value-objects/client-id.ts';
import type { RoomMember } from '../room/room-member.ts';
import { AwarenessPace, type Shown } from './awareness-pace.ts';
import type { UseCaseContext } from './context.ts';
import { identifySession, renameSession } from './identify-session.ts';

/** What a client shows of itself: as y-protocols bytes, or as the JSON of gRPC and JSON clients. */
export type AwarenessMessage =
  | { readonly kind: 'provider'; readonly update: Uint8Array }
  | { readonly kind: 'json'; readonly awarenessState: string; readonly userInfo: string };

/**
 * Takes in what a client shows and tells the others; more often than its rate, the newest state only.
 * @throws CollaborationError `invalid` when it does not decode · `too-large`
 */
export function handleAwarenessUpdate(context: UseCaseContext, member: RoomMember, message: AwarenessMessage): void {
  const { session } = member;
  session.updateLastSeen(context.clock.now());
  const shown = checked(context, message);
  const pace = paceOf(context, member);
  if (pace.takes()) {
    show(context, member, shown);
    return;
  }
  context.metrics.limitReached('AWARENESS_RATE');
  const { maxAwarenessBytes, maxAwarenessStates } = context.limits;
  if (pace.hold(shown) > maxAwarenessBytes * maxAwarenessStates) pace.flush();
}

/** A session keeps its pace, whoever it says that it is. */
const paces = new WeakMap<RoomMember, AwarenessPace>();

function paceOf(context: UseCaseContext, member: RoomMember): AwarenessPace {
  let pace = paces.get(member);
  if (pace === undefined) {
    pace = new AwarenessPace(context.clock, context.limits.awarenessRate, (shown) => showLate(context, member, shown));
    paces.set(member, pace);
  }
  return pace;
}

function showLate(context: UseCaseContext, member: RoomMember, shown: Shown): void {
  const { room, session } = member;
  if (!room.isOpen || room.members.bySession(session.sessionId) !== member) return;
  try {
    show(context, member, shown);
  } catch (thrown) {
    member.sink.refuse(CollaborationError.from(thrown));
  }
}

function show(context: UseCaseContext, member: RoomMember, shown: Shown): void {
  const { presence } = member.room;
  const { sessionId, clientId } = member.session;
  const changes =
    shown.kind === 'provider'
      ? presence.applyEntries(sessionId, shown.entries)
      : presence.setState(sessionId, clientId.value, shown.awarenessState, shown.userInfo);
  if (changes.length === 0) return;
  if (shown.kind === 'provider') identifyProvider(context, member, changes);
  member.room.announce(new UserAwarenessUpdated(member.session, context.clock.now(), changes), member);
}

function checked(context: UseCaseContext, message: AwarenessMessage): Shown {
  const { maxAwarenessBytes } = context.limits;
  if (message.kind === 'provider') return { kind: 'provider', entries: decoded(context, message.update) };
  if (Buffer.byteLength(message.awarenessState) + Buffer.byteLength(message.userInfo) > maxAwarenessBytes) {
    context.metrics.limitReached('MAX_AWARENESS_BYTES');
    throw new CollaborationError('too-large', `An awareness state may have ${maxAwarenessBytes} bytes.`);
  }
  return message;
}

/** A provider sends on what it knows of others too, so an update may hold more states than one client shows. */
function decoded({ limits, metrics }: UseCaseContext, update: Uint8Array): readonly AwarenessEntry[] {
  if (update.byteLength > limits.maxMessageBytes) {
    metrics.limitReached('MAX_MESSAGE_BYTES');
    throw new CollaborationError('too-large', `An awareness update may have ${limits.maxMessageBytes} bytes.`);
  }
  return decodeAwareness(update, { maxEntries: limits.maxAwarenessEntries, maxStateBytes: limits.maxAwarenessBytes });
}

/** A provider names its user in its awareness state, not by a join; from then on its session is that user's. */
function identifyProvider(context: UseCaseContext, member: RoomMember, changes: readonly PresenceChange[]): void {
  const own = changes.find((change) => change.userInfo !== '{}');
  if (own === undefined) return;
  const user = JSON.parse(own.userInfo) as { readonly name?: unknown; readonly color?: unknown };
  const userName = text(user.name, context.limits.maxNameLength);
  if (userName === '') return;
  const userColor = text(user.color, context.limits.maxNameLength);
  const profile = { userId: member.connection.principal.subject ?? own.clientId, userName, userColor };
  if (member.session.identity === 'anonymous') {
    identifySession(context, member, profile, ClientId.parse(own.clientId));
  } else if (member.session.clientId.value === own.clientId) {
    renameSession(context, member, profile);
  }
}

/** Awareness is free-form: what does not fit a profile is left out, never an error. */
function text(value: unknown, limit: number): string {
  return typeof value === 'string' ? value.trim().slice(0, limit) : '';
}
