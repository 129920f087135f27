import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Messages, Pipe } from '../shared/outbox.ts';

const NOTHING = Buffer.alloc(0);

/**
 * Writes whole WebSocket frames to the socket under a `ws` connection. `ws` writes its own frames (pong, close) at once
 * and without compression to the same socket, so the order is kept, and many frames cost one system call.
 */
export class SocketPipe implements Pipe {
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  #lastWrite: number;
  readonly #now: () => number;

  constructor(ws: WebSocket, socket: Duplex, now: () => number) {
    this.#ws = ws;
    this.#socket = socket;
    this.#now = now;
    this.#lastWrite = now();
  }

  /** Unix milliseconds. */
  get lastWrite(): number {
    return this.#lastWrite;
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  /** Nothing follows a close frame (RFC 6455, section 5.5.1). */
  write({ joined }: Messages): void {
    if (!this.#isOpen) return;
    this.#lastWrite = this.#now();
    this.#socket.write(joined);
  }

  /** By a write of nothing behind all else: `drain` comes only when more was buffered than the stream's own mark. */
  whenDrained(callback: () => void): void {
    if (!this.#isOpen) return;
    this.#socket.write(NOTHING, (error) => {
      if (error === null || error === undefined) callback();
    });
  }

  get #isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN && this.#socket.writable;
  }
}
