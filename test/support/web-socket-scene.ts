import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { handshakeOf } from '../../src/adapters/websocket/transport/handshake.ts';
import { Turns } from '../../src/adapters/websocket/transport/turns.ts';
import { ServerWebSocket } from '../../src/adapters/websocket/transport/web-socket.ts';
import type { WebSocketListener } from '../../src/adapters/websocket/transport/web-socket-listener.ts';
import { atEnd } from './clean-up.ts';
import { Inbox } from './inbox.ts';
import { ManualClock } from './manual-clock.ts';
import { upgradeRequest } from './raw-socket.ts';

export const CLOSE_TIMEOUT = 10_000;
export const MAX_PAYLOAD = 2 ** 20;

/** A server's end, and all that its listener was told. */
export class ServerEnd implements WebSocketListener {
  readonly ws: ServerWebSocket;
  readonly socket: Socket;
  /** `text …`, `binary <length>`, `ping`, `pong`, `closed <code>`. */
  readonly told = new Inbox<string>();
  readonly all: string[] = [];
  cause: Error | undefined;
  onMessage: (payload: Buffer) => void = () => undefined;

  constructor(ws: ServerWebSocket, socket: Socket) {
    this.ws = ws;
    this.socket = socket;
    ws.listen(this);
  }

  message(payload: Buffer, kind: 'text' | 'binary'): void {
    this.#tell(kind === 'text' ? `text ${payload}` : `binary ${payload.length}`);
    this.onMessage(payload);
  }

  ping(): void {
    this.#tell('ping');
  }

  pong(): void {
    this.#tell('pong');
  }

  closed(code: number, cause: Error | undefined): void {
    this.cause = cause;
    this.#tell(`closed ${code}`);
  }

  /** Waits until it is told so. */
  async expect(what: string): Promise<void> {
    await this.told.take(what, (each) => each === what);
  }

  #tell(what: string): void {
    this.all.push(what);
    this.told.push(what);
  }
}

/** WebSockets over TCP, without the rest of the server. Ends with the test. */
export async function webSocketScene() {
  const clock = new ManualClock();
  const ends = new Inbox<ServerEnd>();
  const requests: WeakRef<IncomingMessage>[] = [];
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    requests.push(new WeakRef(request));
    const handshake = handshakeOf(request);
    const options = { maxPayload: MAX_PAYLOAD, closeTimeout: CLOSE_TIMEOUT, clock, turns: new Turns() };
    ends.push(new ServerEnd(new ServerWebSocket(socket, handshake.answer, head, options), socket as Socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;

  /** The server's end of the connection that a client has just opened. */
  const serverEnd = async (reading: 'reads' | 'paused' = 'reads') => {
    const end = await ends.take('an upgrade', () => true);
    atEnd(() => end.ws.terminate());
    if (reading === 'reads') end.ws.resume();
    return end;
  };

  /** A client that does what a test tells it to; `head` comes with its request. */
  const raw = async (head: Uint8Array = Buffer.alloc(0), reading: 'reads' | 'paused' = 'reads') => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    atEnd(() => socket.destroy());
    socket.write(Buffer.concat([Buffer.from(upgradeRequest('/')), head]));
    const end = await serverEnd(reading);
    return { socket, end };
  };

  return { clock, requests, url: `ws://127.0.0.1:${port}/`, serverEnd, raw };
}
