import type { Duplex } from 'node:stream';
import { PIECE, type Turns } from './turns.ts';

type Done = (error?: Error | null) => void;

interface Entry {
  bytes: Uint8Array;
  readonly done: Done | undefined;
}

/** Writes to a socket in order: what is small at once, what is large in pieces and in turn with others. */
export class PacedWriter {
  readonly #socket: Duplex;
  readonly #turns: Turns;
  #waiting: Entry[] = [];
  #waitingBytes = 0;
  #onEmpty: (() => void) | undefined;

  constructor(socket: Duplex, turns: Turns) {
    this.#socket = socket;
    this.#turns = turns;
  }

  /** Bytes that have not left the process. */
  get bufferedBytes(): number {
    return this.#waitingBytes + this.#socket.writableLength;
  }

  /** Whether the client does not take what there is for it. */
  get isHeldUp(): boolean {
    return this.#waiting.length > 0 || this.#socket.writableNeedDrain;
  }

  /** @param done called when the bytes are with the system, or cannot be any more */
  write(bytes: Uint8Array, done?: Done): void {
    if (this.#waiting.length === 0 && bytes.byteLength <= PIECE) {
      this.#socket.write(bytes, done);
      return;
    }
    this.#waiting.push({ bytes, done });
    this.#waitingBytes += bytes.byteLength;
    if (this.#waiting.length === 1) this.#turns.ask(this);
  }

  /** Ends our half of the connection when all is written. */
  end(done?: () => void): void {
    if (this.#waiting.length === 0) this.#end(done);
    else this.#onEmpty = () => this.#end(done);
  }

  turn(): void {
    const [first] = this.#waiting;
    if (first === undefined || this.#socket.destroyed) {
      this.#drop();
      return;
    }
    const piece = first.bytes.subarray(0, PIECE);
    first.bytes = first.bytes.subarray(piece.byteLength);
    this.#waitingBytes -= piece.byteLength;
    const isLast = first.bytes.byteLength === 0;
    this.#socket.write(piece, (error) => {
      if (isLast) first.done?.(error);
      if (this.#waiting.length > 0 && !isLast) this.#turns.ask(this);
    });
    if (isLast) this.#next();
  }

  /** What is small behind the large one leaves with its last piece. */
  #next(): void {
    this.#waiting.shift();
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined) break;
      if (next.bytes.byteLength > PIECE) {
        this.#turns.ask(this);
        return;
      }
      this.#waiting.shift();
      this.#waitingBytes -= next.bytes.byteLength;
      this.#socket.write(next.bytes, next.done);
    }
    const onEmpty = this.#onEmpty;
    this.#onEmpty = undefined;
    onEmpty?.();
  }

  #end(done?: () => void): void {
    // A second end would make an error, with all its stack, for nobody.
    if (!this.#socket.writableEnded) this.#socket.end(done);
  }

  #drop(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#onEmpty = undefined;
  }
}
