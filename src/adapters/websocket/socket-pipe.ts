import type { Messages, Pipe } from '../shared/outbox.ts';
import type { ServerWebSocket } from './transport/web-socket.ts';

/** Writes whole frames to a WebSocket: those of many messages as they stand, in one piece, with one system call. */
export class SocketPipe implements Pipe {
  readonly #ws: ServerWebSocket;
  #silence = 0;

  constructor(ws: ServerWebSocket) {
    this.#ws = ws;
  }

  /** Counts the periods that end without a write: a clock would be read for each of a million writes. */
  endPeriod(): number {
    return this.#silence++;
  }

  get bufferedBytes(): number {
    return this.#ws.bufferedBytes;
  }

  write({ joined }: Messages): void {
    this.#silence = 0;
    this.#ws.write(joined);
  }

  whenDrained(callback: () => void): void {
    this.#ws.whenDrained(callback);
  }
}
