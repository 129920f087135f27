import type { CollaborationError } from '../../domain/errors.ts';
import type { Outbox } from '../shared/outbox.ts';
import type { ServerWebSocket } from './transport/web-socket.ts';

/** Who is read. */
interface Read {
  /** Its silence up to now says nothing. */
  heard(): void;
  translate(thrown: unknown): CollaborationError;
  close(error: CollaborationError): void;
}

/**
 * Whether a client is read: not while a message of it waits for something, nor while it does not read its answers, so that
 * TCP holds it back and nothing piles up here.
 */
export class Reading {
  readonly #ws: ServerWebSocket;
  readonly #outbox: Outbox;
  readonly #read: Read;
  #state: 'on' | 'held back' = 'on';

  constructor(ws: ServerWebSocket, outbox: Outbox, read: Read) {
    this.#ws = ws;
    this.#outbox = outbox;
    this.#read = read;
  }

  get isOn(): boolean {
    return this.#state === 'on';
  }

  /** What a client asks for and does not read (answers, acknowledgements, pongs) would pile up without end. */
  holdBackWhileFull(): void {
    if (!this.isOn || this.#outbox.congestion !== 'full') return;
    void this.waitFor(new Promise((resolve) => this.#outbox.whenDrained(resolve)), (error) => this.#read.close(error));
  }

  /** Reads nothing until `done`. Never rejects. */
  async waitFor(done: Promise<void>, onError: (error: CollaborationError) => void): Promise<void> {
    this.#state = 'held back';
    this.#ws.pause();
    try {
      await done.catch((thrown: unknown) => onError(this.#read.translate(thrown)));
      this.#resume();
    } catch (thrown) {
      // Whatever fails here is a fault of the server's own; the socket must not be left waiting for ever.
      this.#read.close(this.#read.translate(thrown));
    }
  }

  #resume(): void {
    this.#state = 'on';
    this.#read.heard();
    this.holdBackWhileFull();
    if (this.isOn) this.#ws.resume();
  }
}
