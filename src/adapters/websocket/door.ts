import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Authenticator, Principal } from '../../application/ports/authenticator.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { DoorServices } from './door-services.ts';
import { type ConnectionTiming, monitor } from './monitor.ts';
import { type Destination, destinationOf } from './path.ts';
import { SocketConnection } from './socket-connection.ts';

export interface WebSocketDoorOptions extends DoorServices {
  readonly authenticator: Authenticator;
  readonly timing: ConnectionTiming;
}

/** Base64 in a JSON message, and what stands around it. */
const JSON_OVERHEAD = 4096;

/** Milliseconds that a client may take to answer a close frame. */
const CLOSE_TIMEOUT = 10_000;

/** Turns HTTP upgrades into connections, and watches them. */
export class WebSocketDoor {
  readonly #services: DoorServices;
  readonly #authenticator: Authenticator;
  readonly #server: WebSocketServer;
  readonly #connections = new Set<SocketConnection>();
  /** Upgraded, and not known yet. */
  readonly #arriving = new Set<WebSocket>();
  readonly #monitor: { stop(): void };
  #state: 'open' | 'closing' = 'open';

  constructor(options: WebSocketDoorOptions) {
    this.#services = options;
    this.#authenticator = options.authenticator;
    const server = {
      noServer: true,
      clientTracking: false,
      // Frames are written to the socket by this door itself, so nothing may be compressed on the way.
      perMessageDeflate: false,
      maxPayload: Math.ceil((options.limits.maxMessageBytes * 4) / 3) + JSON_OVERHEAD,
      closeTimeout: CLOSE_TIMEOUT,
    };
    this.#server = new WebSocketServer(server);
    this.#monitor = monitor(this.#connections, options.timing, options.limits, options.clock, options.logger);
    options.metrics.gauge('collaboration_websocket_connections', 'Open WebSockets', () => this.#connections.size);
  }

  get openConnections(): number {
    return this.#connections.size;
  }

  /** Handles an HTTP upgrade of any path. Never throws. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Without a listener, a client that vanishes during the handshake would end the process.
    socket.on('error', () => socket.destroy());
    const destination = destinationOf(request.url ?? '/');
    if (destination.kind === 'nowhere') {
      answer(socket, '404 Not Found');
      return;
    }
    if (this.#state === 'closing') {
      answer(socket, '503 Service Unavailable');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', (cause) =>
        this.#services.logger.debug({ err: cause, remote: request.socket.remoteAddress }, 'Socket failed'),
      );
      // Nothing is read before it is known who is there.
      ws.pause();
      this.#arriving.add(ws);
      this.#admit(ws, socket, destination, request)
        .catch((cause: unknown) => {
          this.#services.logger.error({ err: cause }, 'A connection could not be set up');
          ws.terminate();
        })
        .finally(() => this.#arriving.delete(ws));
    });
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
    this.#server.close();
  }

  async #admit(ws: WebSocket, socket: Duplex, destination: Destination, request: IncomingMessage): Promise<void> {
    const id = randomUUID();
    const { remoteAddress } = request.socket;
    const principal = await this.#principal(destination, remoteAddress);
    if (ws.readyState !== ws.OPEN) return;
    const connection = new SocketConnection(this.#services, ws, socket, id, principal.who);
    this.#connections.add(connection);
    ws.on('close', (code) => {
      this.#connections.delete(connection);
      this.#services.collaboration.disconnect(connection.connection);
      this.#services.logger.debug({ connection: id, code }, 'Connection closed');
    });
    this.#services.logger.debug({ connection: id, remote: remoteAddress }, 'Connection opened');
    ws.resume();
    if (principal.refusal !== undefined) connection.refuse(destination, principal.refusal);
    else if (destination.kind === 'document') connection.openDocument(destination.documentId);
    else if (destination.kind === 'invalid') connection.refuse(destination, destination.error);
  }

  async #principal(
    destination: Destination,
    remoteAddress: string | undefined,
  ): Promise<{ readonly who: Principal; readonly refusal: CollaborationError | undefined }> {
    try {
      const token = destination.kind === 'nowhere' ? undefined : destination.token;
      return { who: await this.#authenticator.authenticate({ token, remoteAddress }), refusal: undefined };
    } catch (thrown) {
      return { who: NOBODY, refusal: CollaborationError.from(thrown) };
    }
  }
}

/** Ends the socket too: a client that keeps its half of it open would keep the server from stopping. */
function answer(socket: Duplex, status: string): void {
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

const NOBODY: Principal = { subject: undefined, accessTo: () => 'none' };
