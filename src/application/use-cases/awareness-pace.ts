import type { AwarenessEntry } from '../../domain/codecs/awareness.ts';
import { NO_STATE } from '../../domain/entities/presence-state.ts';
import type { Clock, Timer } from '../ports/clock.ts';

/** What a session shows, decoded and checked. */
export type Shown =
  | { readonly kind: 'provider'; readonly entries: readonly AwarenessEntry[] }
  | { readonly kind: 'json'; readonly awarenessState: string; readonly userInfo: string };

/** About what an entry takes beside its state. */
const ENTRY_BYTES = 100;

/**
 * How often a session's awareness is taken: so many times a second, and as many at once. Past that the newest state of
 * each client waits for its turn, and what it replaces is never passed on.
 */
export class AwarenessPace {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #show: (shown: Shown) => void;
  #left: number;
  #countedAt: number;
  readonly #entries = new Map<number, AwarenessEntry>();
  #json: Shown | undefined;
  #bytes = 0;
  #timer: Timer | undefined;

  /** @param show called later with what has waited; must not throw */
  constructor(clock: Clock, perSecond: number, show: (shown: Shown) => void) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#show = show;
    this.#left = perSecond;
    this.#countedAt = clock.now();
  }

  /** Whether a message may be shown at once; if not, `hold` it. */
  takes(): boolean {
    if (this.#timer !== undefined) return false;
    this.#refill();
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }

  /** @returns about how many bytes wait */
  hold(shown: Shown): number {
    if (shown.kind === 'json') this.#json = shown;
    else for (const entry of shown.entries) this.#holdEntry(entry);
    this.#timer ??= this.#clock.after(Math.ceil(1000 / this.#perSecond), () => this.flush());
    return this.#bytes;
  }

  /** Shows what waits. */
  flush(): void {
    this.#timer?.stop();
    this.#timer = undefined;
    this.#refill();
    this.#left = Math.max(0, this.#left - 1);
    const json = this.#json;
    const entries = [...this.#entries.values()];
    this.#json = undefined;
    this.#entries.clear();
    this.#bytes = 0;
    if (entries.length > 0) this.#show({ kind: 'provider', entries });
    if (json !== undefined) this.#show(json);
  }

  #holdEntry(entry: AwarenessEntry): void {
    const held = this.#entries.get(entry.clientId);
    // The rule of y-protocols: a state ends at the clock that it has.
    const ends = entry.clock === held?.clock && entry.state === NO_STATE;
    if (held !== undefined && entry.clock <= held.clock && !ends) return;
    this.#bytes += ENTRY_BYTES + entry.state.length - (held === undefined ? 0 : ENTRY_BYTES + held.state.length);
    this.#entries.set(entry.clientId, entry);
  }

  #refill(): void {
    const now = this.#clock.now();
    // Negative: the machine's clock was set back.
    const passed = Math.max(0, now - this.#countedAt);
    this.#left = Math.min(this.#perSecond, this.#left + (passed * this.#perSecond) / 1000);
    this.#countedAt = now;
  }
}
