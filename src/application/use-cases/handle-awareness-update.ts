import { type AwarenessEntry, decodeAwareness } from '../../domain/codecs/awareness.ts';
import type { PresenceChange } from '../../domain/entities/presence-state.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { UserAwarenessUpdated } from '../../domain/events.ts';
import { ClientId } from '../../domain/value-objects/client-id.ts';
import type { RoomMember } from '../room/room-member.ts';
import type { UseCaseContext } from './context.ts';
import { identifySession, renameSession } from './identify-session.ts';

/** What a client shows of itself: as y-protocols bytes, or as the JSON of gRPC and JSON clients. */
export type AwarenessMessage =
  | { readonly kind: 'provider'; readonly update: Uint8Array }
  | { readonly kind: 'json'; readonly awarenessState: string; readonly userInfo: string };

/**
 * Takes in what a client shows and tells the others.
 * @throws CollaborationError `invalid` when it does not decode · `too-large`
 */
export function handleAwarenessUpdate(context: UseCaseContext, member: RoomMember, message: AwarenessMessage): void {
  const { session, room } = member;
  const now = context.clock.now();
  session.updateLastSeen(now);
  const changes = taken(context, member, message);
  if (changes.length === 0) return;
  if (message.kind === 'provider') identifyProvider(context, member, changes);
  room.announce(new UserAwarenessUpdated(member.session, now, changes), member);
}

function taken(context: UseCaseContext, member: RoomMember, message: AwarenessMessage): readonly PresenceChange[] {
  const { presence } = member.room;
  const { sessionId, clientId } = member.session;
  const { maxAwarenessBytes } = context.limits;
  if (message.kind === 'provider') return presence.applyEntries(sessionId, decoded(context, message.update));
  if (Buffer.byteLength(message.awarenessState) + Buffer.byteLength(message.userInfo) > maxAwarenessBytes) {
    throw new CollaborationError('too-large', `An awareness state may have ${maxAwarenessBytes} bytes.`);
  }
  return presence.setState(sessionId, clientId.value, message.awarenessState, message.userInfo);
}

/** A provider sends on what it knows of others too, so an update may hold more states than one client shows. */
function decoded({ limits }: UseCaseContext, update: Uint8Array): readonly AwarenessEntry[] {
  if (update.byteLength > limits.maxMessageBytes) {
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
