import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Entry } from '../../application/admission/admission.ts';
import { Stranger } from '../../application/connection/stranger.ts';
import type { Principal } from '../../application/ports/authenticator.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { DoorServices } from './door-services.ts';
import { Gate } from './gate.ts';
import { type ConnectionTiming, monitor } from './monitor.ts';
import { type Destination, destinationOf } from './path.ts';
import { SocketConnection } from './socket-connection.ts';
import { credentialsOf, selectProtocol, tokenOf } from './token.ts';
import { handshakeOf, httpAnswer } from './transport/handshake.ts';
import { Turns } from './transport/turns.ts';
import { ServerWebSocket, type WebSocketOptions } from './transport/web-socket.ts';

export interface WebSocketDoorOptions extends DoorServices {
  readonly timing: ConnectionTiming;
  /** Milliseconds that a client may take to show its token, where its protocol brings it in a message. */
  readonly tokenTimeout: number;
}

/** Base64 in a JSON message, and what stands around it. */
const JSON_OVERHEAD = 4096;

/** Milliseconds that a client may take to answer a close frame. */
const CLOSE_TIMEOUT = 10_000;

/** Turns HTTP upgrades into connections, and watches them. */
export class WebSocketDoor {
  readonly #services: DoorServices;
  readonly #gate: Gate;
  readonly #options: WebSocketOptions;
  readonly #tokenTimeout: number;
  readonly #connections = new Set<SocketConnection>();
  /** Upgraded, and not known yet. */
  readonly #arriving = new Set<ServerWebSocket>();
  readonly #monitor: { stop(): void };
  #state: 'open' | 'closing' = 'open';

  constructor(options: WebSocketDoorOptions) {
    this.#services = options;
    this.#tokenTimeout = options.tokenTimeout;
    this.#gate = new Gate(options);
    this.#options = {
      maxPayload: Math.ceil((options.limits.maxMessageBytes * 4) / 3) + JSON_OVERHEAD,
      closeTimeout: CLOSE_TIMEOUT,
      turns: new Turns(),
      clock: options.clock,
    };
    this.#monitor = monitor(this.#connections, options.timing, options.limits, options);
    options.metrics.gauge('collaboration_websocket_connections', 'Open WebSockets', () => this.#connections.size);
  }

  get openConnections(): number {
    return this.#connections.size;
  }

  /** Handles an HTTP upgrade of any path. Never throws. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const destination = destinationOf(request.url ?? '/');
    if (destination.kind === 'nowhere') {
      answer(socket, httpAnswer('404 Not Found'));
      return;
    }
    if (this.#state === 'closing') {
      answer(socket, httpAnswer('503 Service Unavailable'));
      return;
    }
    const handshake = handshakeOf(request, selectProtocol);
    if (handshake.kind === 'refused') {
      answer(socket, handshake.answer);
      return;
    }
    const refusal = this.#gate.refusal(request);
    if (refusal !== undefined) {
      answer(socket, refusal);
      return;
    }
    const token = tokenOf(request, handshake.offeredProtocols, destination.token);
    void this.#letIn(request, socket, head, handshake.answer, { ...destination, token });
  }

  /** Tells every client to come back later; those that do not go are cut off by `terminate`. */
  close(): void {
    this.#state = 'closing';
    const why = new CollaborationError('unavailable', 'The server stops; reconnect.');
    for (const each of this.#connections) each.close(why);
  }

  terminate(): void {
    this.#monitor.stop();
    for (const each of this.#connections) each.terminate();
    for (const each of this.#arriving) each.terminate();
  }

  /** Never rejects. */
  async #letIn(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    acceptance: string,
    destination: Entrance,
  ): Promise<void> {
    const passage = await this.#gate.enter(request, socket);
    if (passage.kind === 'refused') {
      answer(socket, passage.answer);
      return;
    }
    // Nobody would be told any more that it has ended.
    if (!socket.readable || !socket.writable || this.#state === 'closing') {
      this.#services.admission.leave(passage.entry);
      socket.destroy();
      return;
    }
    // Of the request nothing is kept: with its headers it would take as much memory as all the rest of a connection.
    const ws = new ServerWebSocket(socket, acceptance, head, this.#options);
    void this.#admit(ws, destination, request.socket, passage.entry);
  }

  /** Never rejects. */
  async #admit(ws: ServerWebSocket, destination: Entrance, socket: Socket, entry: Entry): Promise<void> {
    this.#arriving.add(ws);
    try {
      const admission = await this.#admission(destination, socket);
      if (ws.state === 'open') this.#enter(ws, destination, socket, admission, entry);
      else this.#services.admission.leave(entry);
    } catch (cause) {
      this.#services.logger.error({ err: cause }, 'A connection could not be set up');
      ws.terminate();
    } finally {
      this.#arriving.delete(ws);
    }
  }

  async #admission({ kind, token }: Entrance, socket: Socket): Promise<Admission> {
    const { authenticator, clock, logger } = this.#services;
    if (kind === 'json' && token === undefined && authenticator.demands === 'a token') {
      return { who: new Stranger(clock.now() + this.#tokenTimeout), refusal: undefined };
    }
    try {
      return { who: await authenticator.authenticate(credentialsOf(token, socket)), refusal: undefined };
    } catch (thrown) {
      const refusal = CollaborationError.from(thrown);
      if (refusal.kind === 'internal') logger.error({ err: thrown }, 'An authentication failed unforeseen');
      return { who: new Stranger(clock.now()), refusal };
    }
  }

  #enter(ws: ServerWebSocket, destination: Entrance, socket: Socket, { who, refusal }: Admission, entry: Entry): void {
    const from = { id: randomUUID(), principal: who, socket, entry };
    const connection = new SocketConnection(this.#services, ws, from, this.#onClosed);
    this.#connections.add(connection);
    const { id } = connection.connection;
    const fields = {
      connection: id,
      get remote() {
        return socket.remoteAddress;
      },
    };
    this.#services.logger.debug(fields, 'Connection opened');
    if (refusal !== undefined) {
      connection.refuse(destination, refusal);
      return;
    }
    this.#services.expiries.watch(connection);
    connection.begin(destination);
  }

  readonly #onClosed = (connection: SocketConnection, code: number, cause: Error | undefined): void => {
    this.#connections.delete(connection);
    this.#services.expiries.forget(connection);
    this.#services.admission.leave(connection.entry);
    connection.disconnect();
    const why = cause === undefined ? {} : { err: cause };
    this.#services.logger.debug({ connection: connection.connection.id, code, ...why }, 'Connection closed');
  };
}

interface Admission {
  readonly who: Principal;
  readonly refusal: CollaborationError | undefined;
}

/** Where a connection may lead. */
type Entrance = Exclude<Destination, { kind: 'nowhere' }>;

/** Ends the socket too: a client that keeps its half of it open would keep the server from stopping. */
function answer(socket: Duplex, text: string): void {
  // Without a listener, a client that vanishes now would end the process.
  socket.on('error', destroy);
  socket.once('finish', destroy);
  socket.end(text);
}

function destroy(this: Duplex): void {
  this.destroy();
}
