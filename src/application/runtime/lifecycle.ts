/** A part of the server that runs. */
export interface Part {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts parts in order and stops those that started, in reverse, once. */
export class Lifecycle {
  readonly #parts: readonly Part[];
  readonly #started: Part[] = [];
  #stopping: Promise<readonly unknown[]> | undefined;

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** @throws the error of the part that did not start, after those before it were stopped */
  async start(): Promise<void> {
    for (const part of this.#parts) {
      try {
        await part.start();
        this.#started.push(part);
      } catch (cause) {
        await this.stop();
        throw cause;
      }
    }
  }

  /** Stops everything, also behind a part that fails to stop. @returns what the parts threw */
  stop(): Promise<readonly unknown[]> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (const part of this.#started.toReversed()) {
      try {
        await part.stop();
      } catch (cause) {
        failures.push(cause);
      }
    }
    return failures;
  }
}
