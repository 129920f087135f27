import { randomUUID } from 'node:crypto';
import type { Collaboration } from '../../../application/collaboration.ts';
import type { Ticket } from '../../../application/connection/acknowledgements.ts';
import type { ClientConnection } from '../../../application/connection/client-connection.ts';
import { Stranger, tokenMissing } from '../../../application/connection/stranger.ts';
import { EncodedBatch } from '../../../application/room/room-batch.ts';
import type { RoomMember } from '../../../application/room/room-member.ts';
import type { SyncData } from '../../../application/use-cases/get-sync-data.ts';
import type { SaidProfile } from '../../../application/use-cases/own-profile.ts';
import { CollaborationError } from '../../../domain/errors.ts';
import { ClientId } from '../../../domain/value-objects/client-id.ts';
import { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { MemberOutbox } from '../../shared/member-outbox.ts';
import type { Outbox } from '../../shared/outbox.ts';
import {
  base64,
  decodeJsonMessage,
  documentOf,
  encodeJson,
  type JsonAnswer,
  type JsonMessage,
  parseJsonObject,
} from './json-codec.ts';
import { awarenessAnswer, errorAnswer, JSON_FORMAT, userData } from './json-format.ts';
import type { Protocol } from './protocol.ts';

const NOTHING = new Uint8Array();

/** Bytes of a frame that is looked into before it is known who sends it: the largest token, and what stands around it. */
const MAX_FIRST_FRAME = 128 * 1024;

/** What a protocol needs of the socket it is spoken on. */
export interface JsonSocket {
  readonly collaboration: Collaboration;
  readonly connection: ClientConnection;
  readonly outbox: Outbox;
  /** Ends the socket with the error's close code. */
  close(error: CollaborationError): void;
  /** Counts a message that was refused after it had been received. */
  countFault(error: CollaborationError): void;
  /** Takes a token, the first or a newer one. */
  authenticate(token: string): Promise<void>;
}

/** The JSON contract on one socket: any number of documents, one session each. */
export class JsonProtocol implements Protocol {
  readonly #socket: JsonSocket;
  readonly #clientId = ClientId.parse(randomUUID());
  #document: string | undefined;

  constructor(socket: JsonSocket) {
    this.#socket = socket;
  }

  receive(frame: Buffer): Promise<void> | undefined {
    this.#document = undefined;
    const isStranger = this.#socket.connection.principal instanceof Stranger;
    if (isStranger && frame.byteLength > MAX_FIRST_FRAME) throw tokenMissing();
    const raw = parseJsonObject(frame);
    this.#document = documentOf(raw);
    const message = decodeJsonMessage(raw);
    if (message.type === 'auth') return this.#authenticate(message.data);
    if (isStranger) throw tokenMissing();
    return this.#handle(message);
  }

  report(error: CollaborationError): void {
    this.#send(errorAnswer(this.#document, error));
  }

  /** What is wrong with the socket as a whole. */
  reportOfSocket(error: CollaborationError): void {
    this.#document = undefined;
    this.report(error);
  }

  keepAlive(): void {
    // JSON clients live by the socket's pings.
  }

  /** The answers to updates that are on disk, in one write. */
  acknowledge(tickets: readonly Ticket[]): void {
    const frames = tickets.map(({ documentId, sequence }) =>
      encodeJson({ type: 'ack', doc_id: documentId, data: { sequence_number: sequence } }),
    );
    this.#socket.outbox.write(new EncodedBatch(frames));
  }

  /** Whether a ticket is of one of this protocol's sessions. */
  owns(ticket: Ticket): boolean {
    return ticket.clientId === this.#clientId.value;
  }

  async #authenticate(data: unknown): Promise<void> {
    await this.#socket.authenticate(tokenIn(data));
    const { subject, expiresAt } = this.#socket.connection.principal;
    this.#send({ type: 'auth', data: { user_id: subject ?? null, expires_at: expiresAt ?? null } });
  }

  #handle(message: JsonMessage): Promise<void> | undefined {
    switch (message.type) {
      case 'sync':
        return this.#sync(message);
      case 'sv':
        return this.#stateVector(message);
      case 'join':
        return this.#join(message);
      case 'update':
        return this.#socket.collaboration.handleDocumentUpdate(this.#required(message), required(message.update));
      case 'awareness':
        this.#awareness(message);
        return undefined;
      case 'heartbeat':
        this.#heartbeat(message);
        return undefined;
      case 'leave':
        this.#leave(message);
        return undefined;
    }
  }

  async #sync(message: JsonMessage): Promise<void> {
    const { collaboration } = this.#socket;
    const documentId = DocumentId.parse(message.doc_id);
    const known = this.#member(documentId);
    const member = known ?? (await this.#open(documentId, undefined));
    const sync = await collaboration.getSyncData(member, message.update ?? NOTHING);
    this.#sendSync('sync', documentId.value, sync);
    if (known === undefined) this.#warn(member);
    this.#showPresence(member);
  }

  async #stateVector(message: JsonMessage): Promise<void> {
    const { collaboration, connection } = this.#socket;
    const documentId = DocumentId.parse(message.doc_id);
    const member = this.#member(documentId);
    const stateVector = message.update ?? NOTHING;
    if (member === undefined) await connection.allowance.request();
    const sync =
      member === undefined
        ? await collaboration.peekSyncData(connection.principal, documentId, stateVector)
        : await collaboration.getSyncData(member, stateVector);
    this.#sendSync('sv', documentId.value, sync);
  }

  async #join(message: JsonMessage): Promise<void> {
    const { collaboration } = this.#socket;
    const documentId = DocumentId.parse(message.doc_id);
    const profile = profileOf(message.data);
    const member = this.#member(documentId);
    if (member === undefined) {
      const opened = await this.#open(documentId, profile);
      this.#answerJoin(opened);
      this.#warn(opened);
    } else {
      collaboration.identifySession(member, profile);
      this.#answerJoin(member);
    }
  }

  #answerJoin(member: RoomMember): void {
    const { documentId } = member.session;
    const users = this.#socket.collaboration.getActiveUsers(documentId);
    const data = { active_users: users.map(userData), ...quarantineOf(member.room) };
    this.#send({ type: 'joined', doc_id: documentId.value, data });
    this.#showPresence(member);
  }

  /** Once a session: what a client may pass over in an answer, it shows as an error. */
  #warn({ room: { condition }, session }: RoomMember): void {
    if (condition.kind === 'quarantined') this.#send(errorAnswer(session.documentId.value, condition.notice));
  }

  #awareness(message: JsonMessage): void {
    const member = this.#required(message);
    const { collaboration } = this.#socket;
    if (message.update !== undefined) {
      collaboration.handleAwarenessUpdate(member, { kind: 'provider', update: message.update });
      return;
    }
    const awarenessState = JSON.stringify(message.data ?? null);
    collaboration.handleAwarenessUpdate(member, { kind: 'json', awarenessState, userInfo: '' });
  }

  #heartbeat(message: JsonMessage): void {
    const member = this.#member(DocumentId.parse(message.doc_id));
    if (member !== undefined) this.#socket.collaboration.handleHeartbeat(member);
    this.#send({ type: 'heartbeat' });
  }

  #leave(message: JsonMessage): void {
    const member = this.#member(DocumentId.parse(message.doc_id));
    if (member !== undefined) this.#socket.collaboration.leaveDocument(member);
  }

  #open(documentId: DocumentId, profile: SaidProfile | undefined): Promise<RoomMember> {
    const { collaboration, connection, outbox } = this.#socket;
    const doc_id = documentId.value;
    const members = new MemberOutbox(outbox, JSON_FORMAT, (member, update) => {
      this.#send({ type: 'update', doc_id, update: base64(update), data: { sequence_number: member.room.sequence } });
      this.#showPresence(member);
    });
    const sink = {
      deliver: members.deliver.bind(members),
      refuse: (error: CollaborationError) => {
        this.#send(errorAnswer(doc_id, error));
        this.#socket.countFault(error);
      },
      requestSync: () => {
        // The contract has no question from the server: what is missing comes, or the update is refused.
      },
      end: (error: CollaborationError) => this.#end(documentId, error),
    };
    return collaboration.joinDocument({ connection, documentId, clientId: this.#clientId, profile, sink });
  }

  /** A store that failed ends the socket: a client that knows only `sync`, `update` and `sv` finds back by reconnecting. */
  #end(documentId: DocumentId, error: CollaborationError): void {
    this.#send(errorAnswer(documentId.value, error));
    if (error.kind === 'unavailable') this.#socket.close(error);
  }

  #member(documentId: DocumentId): RoomMember | undefined {
    return this.#socket.connection.member(documentId.value, this.#clientId.value);
  }

  #required(message: JsonMessage): RoomMember {
    const member = this.#member(DocumentId.parse(message.doc_id));
    if (member === undefined)
      throw new CollaborationError('not-found', 'Send "sync" or "join" for this document first.');
    return member;
  }

  #showPresence({ room, session }: RoomMember): void {
    for (const change of room.presence.statesBeside(session.sessionId)) {
      this.#send(awarenessAnswer(session.documentId.value, change));
    }
  }

  #sendSync(type: 'sync' | 'sv', doc_id: string, sync: SyncData): void {
    const data = { state_vector: base64(sync.stateVector), ...quarantineOf(sync) };
    this.#send({ type, doc_id, update: base64(sync.update), data });
  }

  #send(answer: JsonAnswer): void {
    this.#socket.outbox.writeOne(encodeJson(answer));
  }
}

/** A member of its own, and only where there is something to tell. */
function quarantineOf({ quarantine }: Pick<SyncData, 'quarantine'>): { readonly quarantine?: string } {
  return quarantine === undefined ? {} : { quarantine };
}

function required(update: Uint8Array | undefined): Uint8Array {
  if (update === undefined) throw new CollaborationError('invalid', 'An update message needs "update", base64.');
  return update;
}

function tokenIn(data: unknown): string {
  const token = typeof data === 'object' && data !== null && 'token' in data ? data.token : undefined;
  if (typeof token !== 'string')
    throw new CollaborationError('invalid', 'An auth message needs "data.token", a string.');
  return token;
}

function profileOf(data: unknown): SaidProfile {
  if (typeof data !== 'object' || data === null) throw new CollaborationError('invalid', 'A join needs "data".');
  const raw = data as Readonly<Record<string, unknown>>;
  const { user_id: userId, user_name: userName, user_color: userColor, user_metadata: userMetadata } = raw;
  return { userId, userName, userColor, userMetadata };
}
