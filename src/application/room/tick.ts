/** Something that gathers what arrives in a tick of the event loop and handles it together at its end. */
export interface Gathering {
  endOfTick(): void;
}

/**
 * Ends the tick for everyone who asked, once each. `setImmediate` runs after all sockets of this turn were read, so
 * what arrived together leaves together, and an idle server adds no delay.
 */
export class Tick {
  #waiting: Gathering[] = [];
  readonly #seen = new Set<Gathering>();

  schedule(gathering: Gathering): void {
    if (this.#seen.has(gathering)) return;
    this.#seen.add(gathering);
    this.#waiting.push(gathering);
    if (this.#waiting.length === 1) setImmediate(() => this.#end());
  }

  #end(): void {
    const ending = this.#waiting;
    this.#waiting = [];
    this.#seen.clear();
    for (const gathering of ending) gathering.endOfTick();
  }
}
