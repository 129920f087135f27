import type { DocumentHost, HostedDocument } from '../../src/application/ports/document-host.ts';
import { CollaborationError } from '../../src/domain/errors.ts';
import type { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { HostedDocuments } from '../../src/infrastructure/hosting/hosted-documents.ts';

/** What the thread would do, here; each answer in a later turn of the event loop, or when the test lets it. */
export class LocalHost implements DocumentHost {
  readonly applied: number[] = [];
  #documents = new HostedDocuments();
  #keys = 0;
  #open = 0;
  #held: (() => void)[] | undefined;
  #lost = 0;

  /** How many documents it has. */
  get size(): number {
    return this.#open;
  }

  /** From now on, answers wait for `letGo`. */
  hold(): void {
    this.#held ??= [];
  }

  get waiting(): number {
    return this.#held?.length ?? 0;
  }

  letGo(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const answer of held) answer();
  }

  /** As when the thread dies: what is under way, and all that it has, is gone. */
  die(): void {
    this.#documents = new HostedDocuments();
    this.#open = 0;
    this.#lost++;
    this.letGo();
  }

  async open({ value }: DocumentId, updates: readonly Uint8Array[]): Promise<HostedDocument> {
    const key = this.#keys++;
    const life = this.#lost;
    const during = async <Result>(work: () => Result): Promise<Result> => {
      await this.#turn();
      if (life !== this.#lost) throw new CollaborationError('unavailable', 'The thread died.');
      return work();
    };
    await during(() => {
      for (const _ of this.#documents.opening(key, value, updates));
      this.#open++;
    });
    const host = this;
    return {
      get isLost() {
        return life !== host.#lost;
      },
      apply: (burst) => {
        this.applied.push(burst.length);
        return during(() =>
          this.#documents.apply(
            key,
            burst.map(({ update }) => update),
          ),
        );
      },
      repeats: ({ update }) => during(() => this.#documents.repeats(key, update)),
      encode: () => during(() => this.#documents.encode(key)),
      close: () => {
        if (life === this.#lost) this.#open--;
        this.#documents.close(key);
      },
    };
  }

  async close(): Promise<void> {
    this.letGo();
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#held === undefined) setImmediate(resolve);
      else this.#held.push(resolve);
    });
  }
}
