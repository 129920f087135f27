import type { Writable } from 'node:stream';
import type { Clock, Timer } from '../../application/ports/clock.ts';
import type { Messages, Pipe } from '../shared/outbox.ts';

export interface PipeLimits {
  readonly maxOutboxBytes: number;
  /** Milliseconds. */
  readonly outboxTimeout: number;
}

/** About what a queued message costs beside its bytes, so that a queue of tiny ones is bounded too. */
const MESSAGE_OVERHEAD = 64;

/**
 * The sending side of a gRPC stream. It hands the stream only as much as that takes without queueing, so that what a
 * peer does not read can be thrown away.
 */
export class StreamPipe implements Pipe {
  readonly #stream: Writable;
  readonly #limits: PipeLimits;
  readonly #clock: Clock;
  readonly #onStuck: () => void;
  #queue: Uint8Array[] = [];
  #next = 0;
  #bufferedBytes = 0;
  #drained: (() => void)[] = [];
  #timer: Timer | undefined;
  #state: 'open' | 'closed' = 'open';

  /** @param onStuck called when the pipe was over `maxOutboxBytes` for `outboxTimeout` and no message left meanwhile */
  constructor(stream: Writable, limits: PipeLimits, clock: Clock, onStuck: () => void) {
    this.#stream = stream;
    this.#limits = limits;
    this.#clock = clock;
    this.#onStuck = onStuck;
    stream.on('drain', () => this.#handOver());
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  write({ messages }: Messages): void {
    if (this.#state === 'closed') return;
    for (const message of messages) {
      this.#queue.push(message);
      this.#bufferedBytes += message.byteLength + MESSAGE_OVERHEAD;
    }
    this.#handOver();
    this.#watch();
  }

  whenDrained(callback: () => void): void {
    if (this.#bufferedBytes === 0) queueMicrotask(callback);
    else this.#drained.push(callback);
  }

  /** Hands over what is left; nothing is taken after it. */
  finish(): void {
    if (this.#state === 'closed') return;
    for (const message of this.#queue.slice(this.#next)) this.#pass(message);
    this.close();
  }

  /** Throws away what was not handed over; nothing is taken after it. */
  close(): void {
    this.#state = 'closed';
    this.#queue = [];
    this.#next = 0;
    this.#drained = [];
    this.#timer?.stop();
  }

  #handOver(): void {
    while (!this.#stream.writableNeedDrain) {
      const message = this.#queue[this.#next];
      if (message === undefined) break;
      this.#next++;
      this.#pass(message);
    }
    if (this.#next < this.#queue.length) return;
    this.#queue = [];
    this.#next = 0;
  }

  #pass(message: Uint8Array): void {
    // Writing to a stream that has ended is an error event, which would put another status in place of the true one.
    if (this.#stream.destroyed || this.#stream.writableEnded) return;
    this.#stream.write(message, () => this.#left(message));
  }

  #left(message: Uint8Array): void {
    this.#bufferedBytes -= message.byteLength + MESSAGE_OVERHEAD;
    if (this.#state === 'closed') return;
    this.#timer?.stop();
    this.#timer = undefined;
    this.#watch();
    if (this.#bufferedBytes > 0) return;
    const callbacks = this.#drained;
    this.#drained = [];
    for (const callback of callbacks) callback();
  }

  #watch(): void {
    if (this.#bufferedBytes <= this.#limits.maxOutboxBytes || this.#state === 'closed') return;
    this.#timer ??= this.#clock.after(this.#limits.outboxTimeout, this.#onStuck);
  }
}
