import type { Metrics } from '../../application/ports/metrics.ts';

/** Messages, and all of them in one piece. */
export interface Messages {
  readonly messages: readonly Uint8Array[];
  readonly joined: Uint8Array;
}

/** The sending side of a transport. */
export interface Pipe {
  /** Hands over bytes; must not throw, also when the transport is gone. */
  write(batch: Messages): void;
  /** Bytes handed over that have not left the process. */
  readonly bufferedBytes: number;
  /** Calls back once, when what was handed over has left the process, or never when the transport ends first. */
  whenDrained(callback: () => void): void;
}

export interface OutboxLimits {
  /** Unsent bytes past which nothing that can be had again later is sent. Awareness stops at half of it. */
  readonly maxOutboxBytes: number;
}

type OutboxMetrics = Pick<Metrics, 'limitReached'>;

export type Congestion = 'flowing' | 'congested' | 'full';

/** What a client that reads too slowly costs: its unsent bytes are bounded, and it catches up once they have left. */
export class Outbox {
  readonly #pipe: Pipe;
  readonly #limits: OutboxLimits;
  readonly #metrics: OutboxMetrics;
  #waiting: (() => void)[] | undefined;

  constructor(pipe: Pipe, limits: OutboxLimits, metrics: OutboxMetrics) {
    this.#pipe = pipe;
    this.#limits = limits;
    this.#metrics = metrics;
  }

  get congestion(): Congestion {
    const buffered = this.#pipe.bufferedBytes;
    if (buffered > this.#limits.maxOutboxBytes) return 'full';
    return buffered > this.#limits.maxOutboxBytes / 2 ? 'congested' : 'flowing';
  }

  /** Whether the client has not taken all that it was sent since there was too much of it. */
  get isBehind(): boolean {
    return this.#waiting !== undefined || this.congestion === 'full';
  }

  write(messages: Messages): void {
    this.#pipe.write(messages);
  }

  writeOne(message: Uint8Array): void {
    this.#pipe.write({ messages: [message], joined: message });
  }

  /** From here on something is left out, until the pipe is empty again; then calls back, once. */
  leaveOut(onDrained: () => void): void {
    this.#metrics.limitReached('MAX_OUTBOX_BYTES');
    this.whenDrained(onDrained);
  }

  /** Calls back once when the pipe is empty again. */
  whenDrained(callback: () => void): void {
    if (this.#waiting !== undefined) {
      this.#waiting.push(callback);
      return;
    }
    const callbacks = [callback];
    this.#waiting = callbacks;
    this.#pipe.whenDrained(() => {
      this.#waiting = undefined;
      for (const each of callbacks) each();
    });
  }
}
