import type { Entry } from '../../application/admission/admission.ts';
import type { Collaboration } from '../../application/collaboration.ts';
import { AcknowledgementQueue, isTaken, type Ticket } from '../../application/connection/acknowledgements.ts';
import { ClientConnection } from '../../application/connection/client-connection.ts';
import type { Expiring } from '../../application/connection/expiries.ts';
import { NOBODY } from '../../application/connection/stranger.ts';
import type { Principal } from '../../application/ports/authenticator.ts';
import type { Clock } from '../../application/ports/clock.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { Outbox } from '../shared/outbox.ts';
import { together } from '../shared/together.ts';
import type { DoorServices } from './door-services.ts';
import { type FrameOpcode, serverFrame } from './framing.ts';
import { hocuspocusSocket } from './hocuspocus-socket.ts';
import { LateRefusal } from './late-refusal.ts';
import type { Destination } from './path.ts';
import { HocuspocusProtocol, TIMEOUT } from './protocols/hocuspocus/hocuspocus-protocol.ts';
import { JsonProtocol } from './protocols/json-protocol.ts';
import type { DocumentProtocol, Protocol } from './protocols/protocol.ts';
import { YSweetProtocol } from './protocols/y-sweet/y-sweet-protocol.ts';
import { encodeDenied } from './protocols/y-websocket-codec.ts';
import { YWebsocketProtocol } from './protocols/y-websocket-protocol.ts';
import { Reading } from './reading.ts';
import { SocketPipe } from './socket-pipe.ts';
import { credentialsOf, type RemoteEnd } from './token.ts';
import type { ServerWebSocket } from './transport/web-socket.ts';
import type { WebSocketListener } from './transport/web-socket-listener.ts';

/** Who is told that a connection has ended. */
export type OnClosed = (connection: SocketConnection, code: number, cause: Error | undefined) => void;

/** Who has come in. */
export interface Arrival {
  readonly id: string;
  readonly principal: Principal;
  readonly socket: RemoteEnd;
  readonly entry: Entry;
}

/** One WebSocket: reads a message, hands it to the protocol that it is in, and only then the next. */
export class SocketConnection implements WebSocketListener, Expiring {
  readonly connection: ClientConnection;
  readonly entry: Entry;
  readonly outbox: Outbox;
  readonly pipe: SocketPipe;
  /** Unix milliseconds of the last sign of life. */
  lastHeard: number;
  readonly #door: DoorServices;
  readonly #ws: ServerWebSocket;
  readonly #socket: RemoteEnd;
  readonly #onClosed: OnClosed;
  readonly #reading: Reading;
  #document: DocumentProtocol | undefined;
  #hocuspocus: HocuspocusProtocol | undefined;
  #json: JsonProtocol | undefined;
  #refusal: LateRefusal | undefined;
  #faults = 0;

  constructor(door: DoorServices, ws: ServerWebSocket, from: Arrival, onClosed: OnClosed) {
    this.#door = door;
    this.#ws = ws;
    this.#onClosed = onClosed;
    this.pipe = new SocketPipe(ws);
    this.outbox = new Outbox(this.pipe, door.limits, door.metrics);
    this.#reading = new Reading(ws, this.outbox, this);
    this.entry = from.entry;
    const { id, principal } = from;
    const acknowledgements = new AcknowledgementQueue((settled) => this.#settle(settled), 'settled');
    const who = { connectionId: id, subject: principal.subject, address: from.entry.address };
    this.connection = new ClientConnection(id, principal, acknowledgements, door.admission.allowance(who));
    this.#socket = from.socket;
    this.lastHeard = door.clock.now();
    ws.listen(this);
  }

  get collaboration(): Collaboration {
    return this.#door.collaboration;
  }

  get clock(): Clock {
    return this.#door.clock;
  }

  /** Whose time on this socket is counted: each document of a Hocuspocus provider has a token of its own. */
  get principal(): Principal {
    return this.#isHocuspocus && this.#hocuspocus?.isInUse === true ? NOBODY : this.connection.principal;
  }

  /** Whether messages of the client are heard; if not, its silence says nothing. */
  get isRead(): boolean {
    return this.#reading.isOn;
  }

  /** Lets the client speak. */
  begin(destination: Exclude<Destination, { kind: 'nowhere' }>): void {
    if (destination.kind === 'document') this.#open(new YWebsocketProtocol(this, destination.documentId));
    else if (destination.kind === 'y-sweet') this.#open(new YSweetProtocol(this, destination.documentId));
    else if (destination.kind === 'invalid') this.refuse(destination, destination.error);
    else this.#ws.resume();
  }

  /** Says why, in the protocol that the path stands for, and ends the socket. */
  refuse(destination: Destination, error: CollaborationError): void {
    this.#door.metrics.refused(error.kind);
    if (destination.kind === 'json') {
      this.#refusal = new LateRefusal(this, error);
      this.#ws.resume();
      return;
    }
    this.outbox.writeOne(serverFrame(encodeDenied(error.message), 'binary'));
    this.close(error);
  }

  reportInJson(error: CollaborationError): void {
    this.#text().reportOfSocket(error);
  }

  /** A token came in a message. @throws CollaborationError as `Authenticator.authenticate` and `refreshToken` */
  async authenticate(token: string): Promise<void> {
    const principal = await this.#door.authenticator.authenticate(credentialsOf(token, this.#socket));
    await this.collaboration.refreshToken(this.connection, principal);
  }

  expire(error: CollaborationError): void {
    this.#door.metrics.refused(error.kind);
    if (this.#isHocuspocus) {
      this.disconnect();
      this.closeWith(TIMEOUT.code, TIMEOUT.reason);
      return;
    }
    this.#document?.report(error);
    if (this.#document === undefined || this.#json !== undefined) this.reportInJson(error);
    // The closing handshake may take its time; the sessions are over now.
    this.disconnect();
    this.close(error);
  }

  sendPing(): void {
    this.#ws.ping();
  }

  keepAlive(): void {
    this.#document?.keepAlive();
    this.#hocuspocus?.keepAlive();
  }

  /** Called every few seconds. @param now Unix milliseconds */
  maintain(now: number): void {
    this.#hocuspocus?.maintain(now);
  }

  /** The transport is gone, or its time over: so are its sessions. */
  disconnect(): void {
    this.collaboration.disconnect(this.connection);
    this.#document?.ended();
    this.#hocuspocus?.ended();
  }

  /** The client was told that a message of it is faulty; it is ended where it sends too many. */
  countFault(error: CollaborationError): void {
    this.#faults++;
    this.#door.metrics.refused(error.kind);
    if (this.#faults <= this.#door.limits.maxInvalidMessages) return;
    this.#door.metrics.limitReached('MAX_INVALID_MESSAGES');
    this.close(error);
  }

  close(error: CollaborationError): void {
    this.#ws.close(error.failure.closeCode, error.message);
  }

  /** Ends the socket with a close code that stands for no error of this server. */
  closeWith(code: number, reason: string): void {
    this.#ws.close(code, reason);
  }

  terminate(): void {
    this.#ws.terminate();
  }

  heard(): void {
    this.lastHeard = this.#door.clock.now();
  }

  message(payload: Buffer, kind: FrameOpcode): void {
    this.heard();
    if (this.#refusal !== undefined) {
      this.#refusal.message(payload, kind);
      return;
    }
    const protocol = kind === 'text' ? this.#text() : this.#binary();
    try {
      const pause = this.connection.allowance.count(payload.byteLength);
      const done = together(protocol.receive(payload), pause);
      if (done !== undefined) void this.#reading.waitFor(done, (error) => this.#fault(protocol, error));
    } catch (thrown) {
      this.#fault(protocol, this.translate(thrown));
    }
    this.#reading.holdBackWhileFull();
  }

  ping(): void {
    this.pong();
    this.#reading.holdBackWhileFull();
  }

  pong(): void {
    this.heard();
    this.collaboration.handleTransportAlive(this.connection);
    this.#hocuspocus?.alive();
  }

  closed(code: number, cause: Error | undefined): void {
    this.#refusal?.stop();
    this.#onClosed(this, code, cause);
  }

  #open(protocol: DocumentProtocol): void {
    this.#document = protocol;
    void this.#reading.waitFor(protocol.open(), (error) => {
      this.#door.metrics.refused(error.kind);
      protocol.report(error);
      this.close(error);
    });
  }

  #fault(protocol: Protocol, error: CollaborationError): void {
    protocol.report(error);
    this.countFault(error);
    const fatal = protocol !== this.#json && error.kind === 'invalid';
    if (fatal || error.kind === 'unavailable' || error.kind === 'unauthenticated') this.close(error);
  }

  /** What was thrown, as an error that a client may be told. */
  translate(thrown: unknown): CollaborationError {
    const error = CollaborationError.from(thrown);
    if (error.kind === 'internal')
      this.#door.logger.error({ connection: this.connection.id, err: thrown }, 'A message failed');
    return error;
  }

  #text(): JsonProtocol {
    this.#json ??= new JsonProtocol(this);
    return this.#json;
  }

  /** Frames without a document in the path name it themselves. */
  #binary(): Protocol {
    if (this.#document !== undefined) return this.#document;
    this.#hocuspocus ??= new HocuspocusProtocol(hocuspocusSocket(this, this.#door, this.#socket));
    return this.#hocuspocus;
  }

  get #isHocuspocus(): boolean {
    return this.#hocuspocus !== undefined && this.#json === undefined;
  }

  #settle(tickets: readonly Ticket[]): void {
    const json = this.#json;
    if (json === undefined) {
      this.#document?.settle(tickets);
      return;
    }
    const ofJson = tickets.filter((ticket) => isTaken(ticket) && json.owns(ticket));
    const ofDocument = tickets.filter((ticket) => !json.owns(ticket));
    if (ofJson.length > 0) json.acknowledge(ofJson);
    if (ofDocument.length > 0) this.#document?.settle(ofDocument);
  }
}
