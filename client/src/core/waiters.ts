interface Waiter {
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

/** Promises for something that comes true later, if the provider does not end before. */
export class Waiters {
  #waiters: Waiter[] = [];

  /** Resolves with the next `resolve`. */
  add(): Promise<void> {
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  resolve(): void {
    for (const each of this.#waiters.splice(0)) each.resolve();
  }

  reject(cause: unknown): void {
    for (const each of this.#waiters.splice(0)) each.reject(cause);
  }
}
