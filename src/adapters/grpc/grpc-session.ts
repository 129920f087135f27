import type { Room } from '../../application/room/room.ts';
import type { RoomBatch } from '../../application/room/room-batch.ts';
import type { RoomMember, SessionSink } from '../../application/room/room-member.ts';
import type { CollaborationSession } from '../../domain/entities/collaboration-session.ts';
import { NO_STATE } from '../../domain/entities/presence-state.ts';
import type { CollaborationError } from '../../domain/errors.ts';
import { MemberOutbox } from '../shared/member-outbox.ts';
import type { Conversation } from './conversation.ts';
import {
  activeUser,
  awarenessMessage,
  documentStateMessage,
  errorMessage,
  updateMessage,
  userJoinedMessage,
  userLeftMessage,
} from './server-messages.ts';
import { wellFormed } from './well-formed.ts';

/** No structs, no deletes: a zero each. */
const EMPTY_UPDATE_BYTES = 2;

/** The state vector of somebody who has nothing. */
const NOTHING = new Uint8Array([0]);

/**
 * `joining`: what happens now will be part of the `document_state`. `opening`: that is being made, and what happens
 * meanwhile follows it.
 */
type State =
  | { readonly kind: 'joining' }
  | { readonly kind: 'opening'; readonly missed: RoomBatch[] }
  | { readonly kind: 'live' };

/** One client in one document over one stream. */
export class GrpcSession implements SessionSink {
  readonly #conversation: Conversation;
  readonly #documentId: string;
  readonly #clientId: string;
  readonly #outbox: MemberOutbox;
  #state: State = { kind: 'joining' };
  /** While the client does not keep up: the users it knows of, by client id. */
  #known: ReadonlyMap<string, CollaborationSession> | undefined;

  constructor(conversation: Conversation, documentId: string, clientId: string) {
    this.#conversation = conversation;
    this.#documentId = documentId;
    this.#clientId = clientId;
    this.#outbox = new MemberOutbox(conversation.outbox, conversation.format, (member, update) =>
      this.#catchUp(member, update),
    );
  }

  /** Sends the document as it is now, and who shows what; from here on the session is told of each change. */
  async open(member: RoomMember): Promise<void> {
    const { room, session } = member;
    const { services, outbox } = this.#conversation;
    const missed: RoomBatch[] = [];
    this.#state = { kind: 'opening', missed };
    const state = {
      state_vector: room.stateVector,
      active_users: services.collaboration.getActiveUsers(session.documentId).map(activeUser),
      last_modified: room.lastModified,
      quarantine: room.quarantine && wellFormed(room.quarantine),
    };
    const shown = room.presence.states;
    const document_data = await room.missingUpdates(NOTHING);
    const now = services.clock.now();
    outbox.writeOne(documentStateMessage(this.#documentId, { ...state, document_data }, now));
    const { condition } = room;
    if (condition.kind === 'quarantined') outbox.writeOne(errorMessage(this.#documentId, condition.notice, now));
    for (const each of shown) outbox.writeOne(awarenessMessage(this.#documentId, each, now));
    this.#state = { kind: 'live' };
    for (const batch of missed) this.deliver(batch, member);
  }

  deliver(batch: RoomBatch, member: RoomMember): void {
    if (this.#state.kind === 'opening') this.#state.missed.push(batch);
    if (this.#state.kind !== 'live') return;
    // From this batch on the client is told of nothing (see MemberOutbox): with it, it knows who is here now.
    if (this.#conversation.outbox.congestion === 'full') this.#known ??= usersIn(member.room);
    this.#outbox.deliver(batch, member);
  }

  refuse(error: CollaborationError): void {
    this.#conversation.refuse(this.#documentId, error);
  }

  /** The contract has no message by which the server asks; where the missing updates never come, `refuse` is called. */
  requestSync(): void {
    return;
  }

  end(error: CollaborationError): void {
    const { connection, services } = this.#conversation;
    this.#conversation.refuse(this.#documentId, error);
    const member = connection.member(this.#documentId, this.#clientId);
    if (member !== undefined) services.collaboration.leaveDocument(member);
  }

  /** All that was left out while the client did not keep up. */
  #catchUp({ room }: RoomMember, update: Uint8Array): void {
    const { services, outbox } = this.#conversation;
    const now = services.clock.now();
    const fields = { documentId: this.#documentId, update, originClientId: '', sequence: room.sequence };
    if (update.byteLength > EMPTY_UPDATE_BYTES) outbox.writeOne(updateMessage(fields, now));
    const users = usersIn(room);
    for (const [clientId, session] of this.#known ?? users) {
      if (!users.has(clientId)) outbox.writeOne(userLeftMessage(this.#documentId, session.userId.value, clientId, now));
    }
    for (const [clientId, session] of users) {
      if (this.#known?.has(clientId) === false) outbox.writeOne(userJoinedMessage(session, now));
    }
    this.#known = undefined;
    this.#showPresence(room, users, now);
  }

  #showPresence({ presence }: Room, users: ReadonlyMap<string, CollaborationSession>, now: number): void {
    const { outbox } = this.#conversation;
    const showing = new Set<string>();
    for (const shown of presence.states) {
      showing.add(shown.clientId);
      outbox.writeOne(awarenessMessage(this.#documentId, shown, now));
    }
    // A state may have ended unnoticed.
    for (const clientId of users.keys()) {
      if (showing.has(clientId) || clientId === this.#clientId) continue;
      outbox.writeOne(awarenessMessage(this.#documentId, { clientId, userInfo: '{}', awarenessState: NO_STATE }, now));
    }
  }
}

function usersIn(room: Room): ReadonlyMap<string, CollaborationSession> {
  const named = room.members.all.filter(({ session }) => session.identity === 'named');
  return new Map(named.map(({ session }) => [session.clientId.value, session]));
}
