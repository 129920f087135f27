import type { Entry } from '../../application/admission/admission.ts';
import type { Collaboration } from '../../application/collaboration.ts';
import { AcknowledgementQueue, type Ticket } from '../../application/connection/acknowledgements.ts';
import { ClientConnection } from '../../application/connection/client-connection.ts';
import type { Principal } from '../../application/ports/authenticator.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import { Outbox } from '../shared/outbox.ts';
import { together } from '../shared/together.ts';
import type { DoorServices } from './door-services.ts';
import { type FrameOpcode, serverFrame } from './framing.ts';
import type { Destination } from './path.ts';
import { JsonProtocol } from './protocols/json-protocol.ts';
import type { Protocol } from './protocols/protocol.ts';
import { encodeDenied } from './protocols/y-websocket-codec.ts';
import { YWebsocketProtocol } from './protocols/y-websocket-protocol.ts';
import { SocketPipe } from './socket-pipe.ts';
import type { ServerWebSocket } from './transport/web-socket.ts';
import type { WebSocketListener } from './transport/web-socket-listener.ts';

/** Who is told that a connection has ended. */
export type OnClosed = (connection: SocketConnection, code: number, cause: Error | undefined) => void;

/**
 * One WebSocket: reads a message, hands it to the protocol that it is in, and only then the next. While a message waits
 * for something, or the client does not read its answers, the socket is not read, so that TCP holds the client back and
 * nothing piles up here.
 */
export class SocketConnection implements WebSocketListener {
  readonly connection: ClientConnection;
  readonly entry: Entry;
  readonly outbox: Outbox;
  readonly pipe: SocketPipe;
  /** Unix milliseconds of the last sign of life. */
  lastHeard: number;
  readonly #door: DoorServices;
  readonly #ws: ServerWebSocket;
  readonly #onClosed: OnClosed;
  #binary: YWebsocketProtocol | undefined;
  #json: JsonProtocol | undefined;
  #reading: 'on' | 'held back' = 'on';
  #faults = 0;

  constructor(
    door: DoorServices,
    ws: ServerWebSocket,
    id: string,
    principal: Principal,
    onClosed: OnClosed,
    entry: Entry,
  ) {
    this.#door = door;
    this.#ws = ws;
    this.#onClosed = onClosed;
    this.pipe = new SocketPipe(ws);
    this.outbox = new Outbox(this.pipe, door.limits, door.metrics);
    this.entry = entry;
    const allowance = door.admission.allowance({
      connectionId: id,
      subject: principal.subject,
      address: entry.address,
    });
    const queue = new AcknowledgementQueue((done) => this.#acknowledge(done));
    this.connection = new ClientConnection(id, principal, queue, allowance);
    this.lastHeard = door.clock.now();
    ws.listen(this);
  }

  get collaboration(): Collaboration {
    return this.#door.collaboration;
  }

  /** Whether messages of the client are heard; if not, its silence says nothing. */
  get isRead(): boolean {
    return this.#reading === 'on';
  }

  /** Lets the client speak. */
  begin(destination: Exclude<Destination, { kind: 'nowhere' }>): void {
    if (destination.kind === 'document') this.#openDocument(destination.documentId);
    else if (destination.kind === 'invalid') this.refuse(destination, destination.error);
    else this.#ws.resume();
  }

  /** Says why, in the protocol that the path stands for, and ends the socket. */
  refuse(destination: Destination, error: CollaborationError): void {
    this.#door.metrics.refused(error.kind);
    if (destination.kind === 'json') this.#text().report(error);
    else this.outbox.writeOne(serverFrame(encodeDenied(error.message), 'binary'));
    this.close(error);
  }

  sendPing(): void {
    this.#ws.ping();
  }

  keepAlive(): void {
    this.#binary?.keepAlive();
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

  terminate(): void {
    this.#ws.terminate();
  }

  message(payload: Buffer, kind: FrameOpcode): void {
    this.lastHeard = this.#door.clock.now();
    const protocol = kind === 'text' ? this.#text() : this.#binary;
    if (protocol === undefined) {
      const why = 'Binary messages need a document in the path: /ws/<document>.';
      this.close(new CollaborationError('invalid', why));
      return;
    }
    try {
      const pause = this.connection.allowance.count(payload.byteLength);
      const done = together(protocol.receive(payload), pause);
      if (done !== undefined) void this.#await(done, (error) => this.#fault(protocol, error));
    } catch (thrown) {
      this.#fault(protocol, this.#translate(thrown));
    }
    this.#holdBackWhileFull();
  }

  ping(): void {
    this.pong();
    this.#holdBackWhileFull();
  }

  pong(): void {
    this.lastHeard = this.#door.clock.now();
    this.collaboration.handleTransportAlive(this.connection);
  }

  closed(code: number, cause: Error | undefined): void {
    this.#onClosed(this, code, cause);
  }

  #openDocument(documentId: DocumentId): void {
    const protocol = new YWebsocketProtocol(this, documentId);
    this.#binary = protocol;
    void this.#await(protocol.open(), (error) => {
      this.#door.metrics.refused(error.kind);
      protocol.report(error);
      this.close(error);
    });
  }

  /** What a client asks for and does not read (answers, acknowledgements, pongs) would pile up without end. */
  #holdBackWhileFull(): void {
    if (this.#reading === 'held back' || this.outbox.congestion !== 'full') return;
    void this.#await(new Promise((resolve) => this.outbox.whenDrained(resolve)), (error) => this.close(error));
  }

  /** Reads nothing until `done`. Never rejects. */
  async #await(done: Promise<void>, onError: (error: CollaborationError) => void): Promise<void> {
    this.#reading = 'held back';
    this.#ws.pause();
    try {
      await done.catch((thrown: unknown) => onError(this.#translate(thrown)));
      this.#resume();
    } catch (thrown) {
      // Whatever fails here is a fault of the server's own; the socket must not be left waiting for ever.
      this.close(this.#translate(thrown));
    }
  }

  #resume(): void {
    this.#reading = 'on';
    this.lastHeard = this.#door.clock.now();
    this.#holdBackWhileFull();
    if (this.isRead) this.#ws.resume();
  }

  #fault(protocol: Protocol, error: CollaborationError): void {
    protocol.report(error);
    this.countFault(error);
    const fatal = protocol === this.#binary && error.kind === 'invalid';
    if (fatal || error.kind === 'unavailable') this.close(error);
  }

  #translate(thrown: unknown): CollaborationError {
    const error = CollaborationError.from(thrown);
    if (error.kind === 'internal')
      this.#door.logger.error({ connection: this.connection.id, err: thrown }, 'A message failed');
    return error;
  }

  #text(): JsonProtocol {
    this.#json ??= new JsonProtocol(this);
    return this.#json;
  }

  #acknowledge(tickets: readonly Ticket[]): void {
    const json = this.#json;
    if (json === undefined) {
      this.#binary?.acknowledge(tickets);
      return;
    }
    const ofJson = tickets.filter((ticket) => json.owns(ticket));
    if (ofJson.length > 0) json.acknowledge(ofJson);
    if (ofJson.length < tickets.length) this.#binary?.acknowledge(tickets.filter((ticket) => !json.owns(ticket)));
  }
}
