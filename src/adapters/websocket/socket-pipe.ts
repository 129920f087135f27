import type { Duplex } from 'node:stream';
import type { Pipe } from '../shared/outbox.ts';

/**
 * Writes whole WebSocket frames to the socket under a `ws` connection. `ws` writes its own frames (pong, close) at once
 * and without compression to the same socket, so the order is kept, and many frames cost one system call.
 */
export class SocketPipe implements Pipe {
  readonly #socket: Duplex;
  #lastWrite: number;
  readonly #now: () => number;

  constructor(socket: Duplex, now: () => number) {
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

  write(_frames: readonly Uint8Array[], joined: Uint8Array): void {
    if (!this.#socket.writable) return;
    this.#lastWrite = this.#now();
    this.#socket.write(joined);
  }

  whenDrained(callback: () => void): void {
    this.#socket.once('drain', callback);
  }
}
