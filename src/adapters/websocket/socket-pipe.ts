import type { Clock } from '../../application/ports/clock.ts';
import type { Messages, Pipe } from '../shared/outbox.ts';
import type { ServerWebSocket } from './transport/web-socket.ts';

/** Writes whole frames to a WebSocket: those of many messages as they stand, in one piece, with one system call. */
export class SocketPipe implements Pipe {
  readonly #ws: ServerWebSocket;
  readonly #clock: Clock;
  #lastWrite: number;

  constructor(ws: ServerWebSocket, clock: Clock) {
    this.#ws = ws;
    this.#clock = clock;
    this.#lastWrite = clock.now();
  }

  /** Unix milliseconds. */
  get lastWrite(): number {
    return this.#lastWrite;
  }

  get bufferedBytes(): number {
    return this.#ws.bufferedBytes;
  }

  write({ joined }: Messages): void {
    this.#lastWrite = this.#clock.now();
    this.#ws.write(joined);
  }

  whenDrained(callback: () => void): void {
    this.#ws.whenDrained(callback);
  }
}
