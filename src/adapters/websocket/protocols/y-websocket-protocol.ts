import type { Collaboration } from '../../../application/collaboration.ts';
import { isTaken, type Ticket } from '../../../application/connection/acknowledgements.ts';
import type { ClientConnection } from '../../../application/connection/client-connection.ts';
import type { RoomBatch } from '../../../application/room/room-batch.ts';
import type { RoomMember, SessionSink } from '../../../application/room/room-member.ts';
import { CollaborationError } from '../../../domain/errors.ts';
import { ClientId } from '../../../domain/value-objects/client-id.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { MemberOutbox } from '../../shared/member-outbox.ts';
import type { Outbox } from '../../shared/outbox.ts';
import { serverFrame } from '../framing.ts';
import type { DocumentProtocol } from './protocol.ts';
import { SyncFramer } from './sync-framer.ts';
import { updatePieces } from './update-frames.ts';
import { decodeYWebsocketFrame, encodeDenied, encodeStep1, STEP_2_HEAD, UPDATE_HEAD } from './y-websocket-codec.ts';
import { awarenessFrame, Y_WEBSOCKET_FORMAT } from './y-websocket-format.ts';

/** What the protocol needs of the socket it is spoken on. */
export interface YWebsocketSocket {
  readonly collaboration: Collaboration;
  readonly connection: ClientConnection;
  readonly outbox: Outbox;
  /** Ends the socket with the error's close code. */
  close(error: CollaborationError): void;
  /** Counts a message that was refused after it had been received. */
  countFault(error: CollaborationError): void;
}

const SYNC_FRAMER = new SyncFramer({ step2: STEP_2_HEAD, update: UPDATE_HEAD });

/** The y-websocket protocol on one socket: one document, named by the path. */
export class YWebsocketProtocol implements DocumentProtocol, SessionSink {
  readonly #socket: YWebsocketSocket;
  readonly #documentId: DocumentId;
  readonly #delivery: MemberOutbox;
  #member: RoomMember | undefined;
  /** `owed`: a message was not handled, and the provider does not send it again by itself. */
  #question: 'none' | 'owed' = 'none';

  constructor(socket: YWebsocketSocket, documentId: DocumentId) {
    this.#socket = socket;
    this.#documentId = documentId;
    this.#delivery = new MemberOutbox(socket.outbox, Y_WEBSOCKET_FORMAT, (member, update) => {
      this.#write(updatePieces([update], UPDATE_HEAD));
      this.#showPresence(member);
    });
  }

  /** Joins the document; the server speaks first. @throws as `joinDocument` */
  async open(): Promise<void> {
    const { collaboration, connection } = this.#socket;
    // The one client of a connection is named like it.
    const clientId = ClientId.parse(connection.id);
    const join = { connection, documentId: this.#documentId, clientId, profile: undefined, sink: this };
    const member = await collaboration.joinDocument(join);
    await member.room.whenReadable();
    this.#member = member;
    const { condition, presence } = member.room;
    this.#send(encodeStep1(member.room.stateVector));
    if (presence.states.length > 0) this.#showPresence(member);
    if (condition.kind === 'quarantined') this.report(condition.notice);
  }

  deliver(batch: RoomBatch, member: RoomMember): void {
    this.#delivery.deliver(batch, member);
  }

  /** The provider tells its developer of the reason; the protocol has nothing else to refuse one update with. */
  refuse(error: CollaborationError): void {
    this.report(error);
    this.#socket.countFault(error);
  }

  requestSync(stateVector: Uint8Array): void {
    this.#send(encodeStep1(stateVector));
  }

  end(error: CollaborationError): void {
    if (error.kind === 'forbidden' || error.kind === 'unauthenticated') this.report(error);
    this.#socket.close(error);
  }

  receive(frame: Buffer): Promise<void> | undefined {
    const member = this.#required();
    const message = decodeYWebsocketFrame(frame);
    if (this.#question === 'owed') this.#ask(member);
    switch (message.type) {
      case 'sync-step-1':
        return this.#answerStep1(member, message.stateVector);
      case 'sync-step-2':
      case 'update':
        return this.#socket.collaboration.handleDocumentUpdate(member, message.update);
      case 'awareness':
        this.#socket.collaboration.handleAwarenessUpdate(member, { kind: 'provider', update: message.update });
        return undefined;
      case 'query-awareness':
        this.#showPresence(member);
        return undefined;
      case 'denied':
        throw new CollaborationError('invalid', 'A client does not refuse the server.');
    }
  }

  report(error: CollaborationError): void {
    this.#send(encodeDenied(error.message));
    if (error.kind === 'rate-limited') this.#question = 'owed';
  }

  /** The provider closes a socket on which it has heard no data for 30 s; pings do not count. */
  keepAlive(): void {
    this.#socket.outbox.writeOne(awarenessFrame([]));
  }

  /** Echoes the updates that are on disk, a frame each, in one write: the provider takes its own update as saved. */
  settle(tickets: readonly Ticket[]): void {
    const updates: Uint8Array[] = [];
    for (const ticket of tickets) if (isTaken(ticket)) updates.push(ticket.update);
    if (updates.length > 0) this.#write(updatePieces(updates, UPDATE_HEAD));
  }

  ended(): void {
    // The socket's sessions are ended with it.
  }

  /** For what was refused while the client sent too much. */
  #ask(member: RoomMember): void {
    this.#question = 'none';
    this.#send(encodeStep1(member.room.stateVector));
  }

  async #answerStep1(member: RoomMember, stateVector: Uint8Array): Promise<void> {
    const parts = await this.#socket.collaboration.getSyncParts(member, stateVector);
    this.#write(SYNC_FRAMER.frames(parts));
  }

  #showPresence(member: RoomMember): void {
    this.#socket.outbox.writeOne(awarenessFrame(member.room.presence.states));
  }

  #required(): RoomMember {
    if (this.#member === undefined) throw new CollaborationError('not-found', 'The document is not open.');
    return this.#member;
  }

  #write(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.#socket.outbox.writeOne(piece);
  }

  #send(message: Uint8Array): void {
    this.#socket.outbox.writeOne(serverFrame(message, 'binary'));
  }
}
