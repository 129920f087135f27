import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Collaboration } from '../../application/collaboration.ts';
import { AcknowledgementQueue, type Ticket } from '../../application/connection/acknowledgements.ts';
import { ClientConnection } from '../../application/connection/client-connection.ts';
import type { Principal } from '../../application/ports/authenticator.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import { Outbox } from '../shared/outbox.ts';
import type { DoorServices } from './door-services.ts';
import { serverFrame } from './framing.ts';
import type { Destination } from './path.ts';
import { JsonProtocol } from './protocols/json-protocol.ts';
import type { Protocol } from './protocols/protocol.ts';
import { encodeDenied } from './protocols/y-websocket-codec.ts';
import { YWebsocketProtocol } from './protocols/y-websocket-protocol.ts';
import { SocketPipe } from './socket-pipe.ts';

interface Message {
  readonly data: Buffer;
  readonly kind: 'text' | 'binary';
}

/**
 * One WebSocket: reads a message, hands it to the protocol that it is in, and only then the next. While a message waits
 * for something, or the client does not read its answers, the socket is not read, so that TCP holds the client back and
 * nothing piles up here.
 */
export class SocketConnection {
  readonly connection: ClientConnection;
  readonly outbox: Outbox;
  readonly pipe: SocketPipe;
  /** Unix milliseconds of the last sign of life. */
  lastHeard: number;
  readonly #door: DoorServices;
  readonly #ws: WebSocket;
  readonly #waiting: Message[] = [];
  #binary: YWebsocketProtocol | undefined;
  #json: JsonProtocol | undefined;
  #reading: 'on' | 'held back' = 'on';
  #faults = 0;

  constructor(door: DoorServices, ws: WebSocket, socket: Duplex, id: string, principal: Principal) {
    this.#door = door;
    this.#ws = ws;
    this.pipe = new SocketPipe(ws, socket, () => door.clock.now());
    this.outbox = new Outbox(this.pipe, door.limits);
    this.connection = new ClientConnection(id, principal, new AcknowledgementQueue((done) => this.#acknowledge(done)));
    this.lastHeard = door.clock.now();
    ws.on('message', (data: Buffer, isBinary) => this.#receive({ data, kind: isBinary ? 'binary' : 'text' }));
    ws.on('pong', () => this.#alive());
    ws.on('ping', () => {
      this.#alive();
      this.#holdBackWhileFull();
    });
  }

  get collaboration(): Collaboration {
    return this.#door.collaboration;
  }

  /** Whether messages of the client are heard; if not, its silence says nothing. */
  get isRead(): boolean {
    return this.#reading === 'on';
  }

  /** Opens the document that the path names. */
  openDocument(documentId: DocumentId): void {
    const protocol = new YWebsocketProtocol(this, documentId);
    this.#binary = protocol;
    this.#await(protocol.open(), (error) => {
      this.#door.metrics.refused(error.kind);
      protocol.report(error);
      this.close(error);
    });
  }

  /** Says why, in the protocol that the path stands for, and ends the socket. */
  refuse(destination: Destination, error: CollaborationError): void {
    this.#door.metrics.refused(error.kind);
    if (destination.kind === 'json') this.#text().report(error);
    else this.outbox.writeOne(serverFrame(encodeDenied(error.message), 'binary'));
    this.close(error);
  }

  ping(): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.ping();
  }

  keepAlive(): void {
    this.#binary?.keepAlive();
  }

  /** The client was told that a message of it is faulty; it is ended where it sends too many. */
  countFault(error: CollaborationError): void {
    this.#faults++;
    this.#door.metrics.refused(error.kind);
    if (this.#faults > this.#door.limits.maxInvalidMessages) this.close(error);
  }

  close(error: CollaborationError): void {
    this.#ws.close(error.failure.closeCode, closeReason(error.message));
  }

  terminate(): void {
    this.#ws.terminate();
  }

  #alive(): void {
    this.lastHeard = this.#door.clock.now();
    this.collaboration.handleTransportAlive(this.connection);
  }

  #receive(message: Message): void {
    this.lastHeard = this.#door.clock.now();
    if (this.#reading === 'on') this.#handle(message);
    else this.#waiting.push(message);
  }

  #handle({ data, kind }: Message): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    const protocol = kind === 'text' ? this.#text() : this.#binary;
    if (protocol === undefined) {
      const why = 'Binary messages need a document in the path: /ws/<document>.';
      this.close(new CollaborationError('invalid', why));
      return;
    }
    try {
      const done = protocol.receive(data);
      if (done !== undefined) this.#await(done, (error) => this.#fault(protocol, error));
    } catch (thrown) {
      this.#fault(protocol, this.#translate(thrown));
    }
    this.#holdBackWhileFull();
  }

  /** What a client asks for and does not read (answers, acknowledgements, pongs) would pile up without end. */
  #holdBackWhileFull(): void {
    if (this.#reading === 'held back' || this.outbox.congestion !== 'full') return;
    this.#await(new Promise((resolve) => this.outbox.whenDrained(resolve)), (error) => this.close(error));
  }

  #await(done: Promise<void>, onError: (error: CollaborationError) => void): void {
    this.#reading = 'held back';
    this.#ws.pause();
    done
      .catch((thrown: unknown) => onError(this.#translate(thrown)))
      .finally(() => this.#resume())
      // Whatever fails here is a fault of the server's own; the socket must not be left waiting for ever.
      .catch((thrown: unknown) => this.close(this.#translate(thrown)));
  }

  #resume(): void {
    this.#reading = 'on';
    this.lastHeard = this.#door.clock.now();
    this.#holdBackWhileFull();
    while (this.isRead) {
      const next = this.#waiting.shift();
      if (next === undefined) {
        this.#ws.resume();
        return;
      }
      this.#handle(next);
    }
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

/** A close frame has room for 123 bytes of reason (RFC 6455, section 5.5). */
function closeReason(message: string): string {
  let reason = message.slice(0, 123);
  while (Buffer.byteLength(reason) > 123) reason = reason.slice(0, -1);
  return reason;
}
