import type { Clock, Timer } from '../../../../application/ports/clock.ts';
import type { ChangeKind } from '../y-websocket-codec.ts';
import type { LocalVersion } from './y-sweet-codec.ts';

/** Milliseconds that a client's step 2 is waited for: longer than a round trip, and shorter than a client's patience. */
const STEP_2_WITHIN = 2_000;

/**
 * Changes that a client made without a connection: its local version counts them, but it sends that version before the
 * step 2 that brings them. Such a version is held until then; a client that never sends a step 2 has none of them.
 */
export class OfflineChanges {
  readonly #clock: Clock;
  readonly #release: (version: Uint8Array) => void;
  /** Updates that came on this connection. */
  #updates = 0;
  #step2: 'awaited' | 'came' = 'awaited';
  #held: Uint8Array | undefined;
  #timer: Timer | undefined;

  /** @param release told of a version that need not be held any longer */
  constructor(clock: Clock, release: (version: Uint8Array) => void) {
    this.#clock = clock;
    this.#release = release;
  }

  /** Whether a version counts changes that are still to come. */
  holds({ value }: LocalVersion): boolean {
    return this.#step2 === 'awaited' && value > this.#updates;
  }

  hold({ bytes }: LocalVersion): void {
    this.#held = bytes;
    this.#timer ??= this.#clock.after(STEP_2_WITHIN, () => this.#end());
  }

  /** Updates or a step 2 came in. */
  changed(kind: ChangeKind): void {
    if (kind === 'update') this.#updates++;
    else this.#end();
  }

  stop(): void {
    this.#timer?.stop();
  }

  #end(): void {
    this.#timer?.stop();
    this.#step2 = 'came';
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#release(held);
  }
}
