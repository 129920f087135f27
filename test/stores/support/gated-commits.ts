import { CommitQueue, type Plan } from '../../../src/infrastructure/stores/embedded/commit-queue.ts';

/** Lets so many commits through to the database, and fails the others before they begin. */
export class Gate {
  /** How many more succeed. */
  open: number;
  /** How many were failed. */
  refused = 0;
  #active = 0;

  constructor(open = 0) {
    this.open = open;
  }

  /** What `StoreOptions.commits` takes. */
  readonly commits = (environment: ConstructorParameters<typeof CommitQueue>[0]): CommitQueue => {
    return new GatedCommits(environment, this);
  };

  async pass(commit: () => Promise<void>): Promise<void> {
    if (this.open === 0) {
      this.refused++;
      throw new Error('the gate is shut');
    }
    this.open--;
    this.#active++;
    try {
      await commit();
    } finally {
      this.#active--;
    }
  }

  /** Resolves when no commit is under way, nor follows by itself. */
  async quiet(): Promise<void> {
    let turns = 0;
    while (turns < 3) {
      turns = this.#active > 0 ? 0 : turns + 1;
      await new Promise(setImmediate);
    }
  }
}

class GatedCommits extends CommitQueue {
  readonly #gate: Gate;

  constructor(environment: ConstructorParameters<typeof CommitQueue>[0], gate: Gate) {
    super(environment);
    this.#gate = gate;
  }

  override readThenWrite(plan: Plan): Promise<void> {
    return this.#gate.pass(() => super.readThenWrite(plan));
  }
}
