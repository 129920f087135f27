import { CommitFailure } from './commit-failure.ts';
import type { Environment, Handles } from './environment.ts';

/** One change of the database file: a value to put, or a key to remove. */
export interface Change {
  readonly database: 'root' | 'updates' | 'snapshots' | 'chunks';
  readonly key: Buffer;
  readonly value: Uint8Array | undefined;
}

/** Changes, made in their order, and what to do at the moment they are on disk, before any other plan is made. */
export interface Planned {
  readonly changes: readonly Change[];
  readonly committed: () => void;
}

/** A task that reads what is stored to tell its changes. */
export type Plan = (handles: Handles) => Planned;

type Source = Pick<Environment, 'handles' | 'discard'>;

interface Task {
  readonly plan: Plan;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * All writes to the database, one transaction after the other: a commit that fails has nothing beside it, and the file
 * can be opened again before the next one.
 */
export class CommitQueue {
  readonly #environment: Source;
  readonly #waiting: Task[] = [];
  #drained: Promise<void> | undefined;

  constructor(environment: Source) {
    this.#environment = environment;
  }

  /**
   * Runs `plan` when all earlier ones are done, and writes all it returns or none; resolves when that is on disk.
   * Nothing runs in between.
   */
  readThenWrite(plan: Plan): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ plan, resolve, reject });
    });
    this.#drained ??= this.#drain();
    return done;
  }

  /** Resolves when nothing is under way or waiting. */
  async idle(): Promise<void> {
    await this.#drained;
  }

  async #drain(): Promise<void> {
    let task = this.#waiting.shift();
    while (task !== undefined) {
      await this.#run(task);
      task = this.#waiting.shift();
    }
    this.#drained = undefined;
  }

  async #run({ plan, resolve, reject }: Task): Promise<void> {
    try {
      const handles = await this.#environment.handles();
      const { changes, committed } = plan(handles);
      await commit(handles, changes);
      committed();
      resolve();
    } catch (error) {
      if (error instanceof CommitFailure) this.#environment.discard();
      reject(error);
    }
  }
}

async function commit(handles: Handles, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  try {
    // One `batch` is one transaction; only its own promise tells the outcome, those of the puts inside it do not.
    await handles.root.batch(() => {
      for (const { database, key, value } of changes) {
        if (value === undefined) void handles[database].remove(key);
        else void handles[database].put(key, value as Buffer);
      }
    });
  } catch (error) {
    throw new CommitFailure(await reasonOf(error));
  }
}

/**
 * lmdb rejects with a general error and puts the reason into a promise, `commitError`. It has to be awaited: left
 * alone, it ends the process as an unhandled rejection.
 */
async function reasonOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (reason) {
    return reason;
  }
}
