interface Waiter {
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

/** Something that holds or does not, and those who wait until it does. */
export class Flag {
  readonly #onChange: (holds: boolean) => void;
  #holds: boolean;
  #waiters: Waiter[] = [];

  constructor(holds: boolean, onChange: (holds: boolean) => void) {
    this.#holds = holds;
    this.#onChange = onChange;
  }

  get holds(): boolean {
    return this.#holds;
  }

  set(holds: boolean): void {
    if (this.#holds === holds) return;
    this.#holds = holds;
    if (holds) for (const each of this.#waiters.splice(0)) each.resolve();
    this.#onChange(holds);
  }

  /** Resolves once it holds, at once where it does. @throws what `giveUp` is given */
  when(): Promise<void> {
    if (this.#holds) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Those who wait, wait no longer. */
  giveUp(cause: unknown): void {
    for (const each of this.#waiters.splice(0)) each.reject(cause);
  }
}
