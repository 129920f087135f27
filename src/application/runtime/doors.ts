import type { Part } from './lifecycle.ts';

/**
 * The doors as one part. They stop at the same time: each may have to wait for clients that do not go, and the waits
 * must not add up.
 */
export class Doors implements Part {
  readonly name = 'doors';
  readonly #doors: readonly Part[];
  readonly #started: Part[] = [];

  constructor(doors: readonly Part[]) {
    this.#doors = doors;
  }

  /** @throws the error of the door that did not start, after those before it were stopped */
  async start(): Promise<void> {
    try {
      for (const door of this.#doors) {
        await door.start();
        this.#started.push(door);
      }
    } catch (cause) {
      await this.stop().catch(() => undefined);
      throw cause;
    }
  }

  /** @throws AggregateError of what the doors threw, after all have stopped */
  async stop(): Promise<void> {
    const outcomes = await Promise.allSettled(this.#started.map((door) => door.stop()));
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    if (failures.length > 0) throw new AggregateError(failures, 'A door did not stop cleanly.');
  }
}
