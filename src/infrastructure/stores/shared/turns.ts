import type { DocumentId } from '../../../domain/value-objects/document-id.ts';

/** Calls for the same document run one after another, in the order in which they were made; others side by side. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `work` once every earlier call for one of these documents has ended. Rejects as `work` does. */
  async take<Result>(documentIds: readonly DocumentId[], work: () => Promise<Result>): Promise<Result> {
    const names = [...new Set(documentIds.map(({ value }) => value))];
    const before = names.flatMap((name) => this.#last.get(name) ?? []);
    const turn = Promise.allSettled(before).then(work);
    for (const name of names) this.#last.set(name, turn);
    try {
      return await turn;
    } finally {
      for (const name of names) if (this.#last.get(name) === turn) this.#last.delete(name);
    }
  }

  /** Resolves when all that was called by now has ended. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#last.values());
  }
}
