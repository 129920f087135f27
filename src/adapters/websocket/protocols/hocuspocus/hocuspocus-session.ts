import { randomUUID } from 'node:crypto';
import { AcknowledgementQueue, type Ticket } from '../../../../application/connection/acknowledgements.ts';
import { ClientConnection } from '../../../../application/connection/client-connection.ts';
import type { Principal } from '../../../../application/ports/authenticator.ts';
import type { RoomBatch } from '../../../../application/room/room-batch.ts';
import { type RoomMember, type SessionSink, whyReadOnly } from '../../../../application/room/room-member.ts';
import type { CollaborationError } from '../../../../domain/errors.ts';
import { ClientId } from '../../../../domain/value-objects/client-id.ts';
import type { DocumentId } from '../../../../domain/value-objects/document-id.ts';
import { MemberOutbox } from '../../../shared/member-outbox.ts';
import { serverFrame } from '../../framing.ts';
import { decodeMessage, type HocuspocusMessage } from './hocuspocus-codec.ts';
import { formatFor, type HocuspocusFormat } from './hocuspocus-format.ts';
import type { HocuspocusSocket } from './hocuspocus-socket.ts';
import { SyncStatuses } from './sync-statuses.ts';

/** What the session has of the one that opened it. */
export interface SessionHost {
  /** The document is over for the client. */
  end(error: CollaborationError): void;
  /** The client has closed it. */
  leave(): void;
  /** A token while the document is open. */
  refresh(token: string): Promise<void>;
}

/** What there is once the document is joined. */
interface Joined {
  readonly member: RoomMember;
  readonly format: HocuspocusFormat;
  readonly delivery: MemberOutbox;
  readonly statuses: SyncStatuses;
}

const NOTHING = new Uint8Array();

/** One document that a provider has open: a connection of its own, for its token counts for nothing else. */
export class HocuspocusSession implements SessionSink {
  readonly connection: ClientConnection;
  readonly #socket: HocuspocusSocket;
  readonly #host: SessionHost;
  #joined: Joined | undefined;

  /** @param id of the connection, for the log */
  constructor(socket: HocuspocusSocket, host: SessionHost, id: string, principal: Principal) {
    this.#socket = socket;
    this.#host = host;
    const acknowledgements = new AcknowledgementQueue((settled) => this.#settle(settled), 'settled');
    this.connection = new ClientConnection(id, principal, acknowledgements, socket.allowance);
  }

  /** @throws CollaborationError as `joinDocument` */
  async join(documentId: DocumentId, name: string): Promise<void> {
    const { collaboration, outbox } = this.#socket;
    const clientId = ClientId.parse(randomUUID());
    const { connection } = this;
    const member = await collaboration.joinDocument({
      connection,
      documentId,
      clientId,
      profile: undefined,
      sink: this,
    });
    const format = formatFor(member.room, name);
    const delivery = new MemberOutbox(outbox, format, (_member, update) => {
      for (const piece of format.pieces(update)) outbox.writeOne(piece);
      this.#showPresence();
    });
    this.#joined = { member, format, delivery, statuses: new SyncStatuses(format.frames) };
    this.sayScope();
    if (member.room.presence.states.length > 0) this.#showPresence();
    if (member.room.quarantine !== undefined) this.#warn(format, member.room.quarantine);
  }

  /** Tells what the client may do: that its token was taken. */
  sayScope(): void {
    if (this.#joined === undefined) return;
    const { member, format } = this.#joined;
    this.#send(format.frames.authenticated(whyReadOnly(member) === undefined ? 'read-write' : 'readonly'));
  }

  /** Handles one frame. Never throws or rejects; while a returned promise is pending, no other frame should be handled. */
  handle(frame: Uint8Array): Promise<void> | undefined {
    if (this.#joined === undefined) return undefined;
    let message: HocuspocusMessage;
    try {
      message = decodeMessage(frame);
    } catch (thrown) {
      this.#end(this.#socket.translate(thrown));
      return undefined;
    }
    try {
      const done = this.#act(this.#joined, message);
      return done?.catch((thrown: unknown) => this.#fault(message, thrown));
    } catch (thrown) {
      this.#fault(message, thrown);
      return undefined;
    }
  }

  leave(): void {
    if (this.#joined !== undefined) this.#socket.collaboration.leaveDocument(this.#joined.member);
    this.#joined = undefined;
    this.connection.end();
  }

  disconnect(): void {
    this.#joined = undefined;
    this.#socket.collaboration.disconnect(this.connection);
  }

  deliver(batch: RoomBatch, member: RoomMember): void {
    this.#joined?.delivery.deliver(batch, member);
  }

  /** The client learns of it by the update's SyncStatus, in its turn. */
  refuse(error: CollaborationError): void {
    this.#socket.countFault(error);
  }

  requestSync(stateVector: Uint8Array): void {
    if (this.#joined === undefined) return;
    this.#joined.statuses.asked('server');
    this.#send(this.#joined.format.frames.step1(stateVector));
  }

  end(error: CollaborationError): void {
    // Of one document, a provider does not come back by itself.
    if (error.kind === 'unavailable') this.#socket.close(error);
    else this.#host.end(error);
  }

  #act(joined: Joined, message: HocuspocusMessage): Promise<void> | undefined {
    const { collaboration } = this.#socket;
    const { member } = joined;
    switch (message.type) {
      case 'sync-step-1':
        return this.#answerStep1(joined, message.stateVector);
      case 'sync-step-2':
        joined.statuses.answered();
        return collaboration.handleDocumentUpdate(member, message.update);
      case 'update':
        this.#checkWritable(member);
        return collaboration.handleDocumentUpdate(member, message.update);
      case 'awareness':
        collaboration.handleAwarenessUpdate(member, { kind: 'provider', update: message.update });
        return undefined;
      case 'query-awareness':
        this.#showPresence();
        return undefined;
      case 'stateless':
        collaboration.sendStateless(member, message.payload);
        return undefined;
      case 'token':
        return this.#host.refresh(message.token);
      case 'close':
        this.#host.leave();
        return undefined;
    }
  }

  async #answerStep1({ member, format, statuses }: Joined, stateVector: Uint8Array): Promise<void> {
    const parts = await this.#socket.collaboration.getSyncParts(member, stateVector);
    await member.room.whenReadable();
    if (this.#joined?.member !== member) return;
    statuses.asked('client');
    this.#send(format.frames.step1(member.room.stateVector));
    for (const piece of format.parts(parts)) this.#socket.outbox.writeOne(piece);
  }

  #fault(message: HocuspocusMessage, thrown: unknown): void {
    const error = this.#socket.translate(thrown);
    if (error.kind === 'unavailable') {
      this.#socket.close(error);
      return;
    }
    if (message.type === 'sync-step-2' || message.type === 'update') this.#sayNotSaved();
    else if (message.type === 'sync-step-1' || error.kind === 'invalid') this.#host.end(error);
    // A provider cannot know that it may only read before it says what it has.
    if (error.kind === 'forbidden' || error.kind === 'damaged') this.#socket.countRefusal(error);
    else this.#socket.countFault(error);
  }

  #checkWritable(member: RoomMember): void {
    const refusal = whyReadOnly(member);
    if (refusal !== undefined) throw refusal;
  }

  /** The scope says that it may only be read; only a message of its own says why. A denial would end it. */
  #warn({ frames }: HocuspocusFormat, message: string): void {
    this.#send(frames.stateless(JSON.stringify({ type: 'quarantine', message })));
  }

  /** In its turn, behind the statuses of updates that came before. */
  #sayNotSaved(): void {
    const { acknowledgements } = this.connection;
    acknowledgements.refuse(acknowledgements.open('', '', NOTHING));
  }

  #end(error: CollaborationError): void {
    this.#host.end(error);
    this.#socket.countFault(error);
  }

  #settle(settled: readonly Ticket[]): void {
    if (this.#joined === undefined) return;
    const frames = this.#joined.statuses.framesOf(settled, this.connection.acknowledgements.pending);
    if (frames.length > 0) this.#socket.outbox.writeOne(frames);
  }

  #showPresence(): void {
    if (this.#joined === undefined) return;
    const { member, format } = this.#joined;
    this.#socket.outbox.writeOne(format.awareness(member.room.presence.states));
  }

  #send(message: Uint8Array): void {
    this.#socket.outbox.writeOne(serverFrame(message, 'binary'));
  }
}
