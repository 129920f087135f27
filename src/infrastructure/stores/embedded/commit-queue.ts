import type { Environment, Handles } from './environment.ts';

/** One change of the database file: a value to put, or a key to remove. */
export interface Change {
  readonly database: 'updates' | 'snapshots';
  readonly key: Buffer;
  readonly value: Uint8Array | undefined;
}

/** A task that needs to read what is stored before it can tell its changes. */
export type Plan = (handles: Handles) => readonly Change[];

type Source = Pick<Environment, 'handles' | 'discard'>;

interface Task {
  readonly work: { kind: 'changes'; changes: readonly Change[] } | { kind: 'plan'; plan: Plan };
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Appends above this many bytes are not joined further, so that a transaction keeps to a bounded amount of memory. */
const JOINED_BYTES = 16 * 1024 * 1024;

/**
 * All writes, one transaction after the other: a commit that fails has nothing beside it, and the file can be opened
 * again before the next one. Appends that wait join into one transaction, since a commit costs a disk sync whatever
 * its size; they then share its outcome.
 */
export class CommitQueue {
  readonly #environment: Source;
  readonly #waiting: Task[] = [];
  #drained: Promise<void> | undefined;

  constructor(environment: Source) {
    this.#environment = environment;
  }

  /** Writes all `changes` or none; resolves when they are on disk. */
  write(changes: readonly Change[]): Promise<void> {
    return this.#enqueue({ kind: 'changes', changes });
  }

  /** Runs `plan` when all earlier writes are done, and writes all it returns or none. Nothing runs in between. */
  readThenWrite(plan: Plan): Promise<void> {
    return this.#enqueue({ kind: 'plan', plan });
  }

  /** Resolves when nothing is under way or waiting. */
  async idle(): Promise<void> {
    await this.#drained;
  }

  #enqueue(work: Task['work']): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
    });
    this.#drained ??= this.#drain();
    return done;
  }

  async #drain(): Promise<void> {
    let first = this.#waiting[0];
    while (first !== undefined) {
      await this.#runNext(first);
      first = this.#waiting[0];
    }
    this.#drained = undefined;
  }

  async #runNext(first: Task): Promise<void> {
    let group = [first];
    try {
      // Also gives the appends of this event turn the time to get into the queue.
      const handles = await this.#environment.handles();
      group = this.#nextGroup();
      await commit(
        handles,
        group.flatMap(({ work }) => (work.kind === 'plan' ? work.plan(handles) : work.changes)),
      );
    } catch (error) {
      if (error instanceof CommitFailure) this.#environment.discard();
      this.#settle(group, ({ reject }) => reject(error));
      return;
    }
    this.#settle(group, ({ resolve }) => resolve());
  }

  #nextGroup(): Task[] {
    const group: Task[] = [];
    let bytes = 0;
    for (const task of this.#waiting) {
      if (group.length > 0 && (task.work.kind === 'plan' || bytes > JOINED_BYTES)) break;
      group.push(task);
      if (task.work.kind === 'plan') break;
      for (const { value } of task.work.changes) bytes += value?.length ?? 0;
    }
    return group;
  }

  #settle(group: readonly Task[], settle: (task: Task) => void): void {
    this.#waiting.splice(0, group.length);
    group.forEach(settle);
  }
}

/** A transaction failed; none of it is stored. */
class CommitFailure extends Error {
  constructor(cause: unknown) {
    super(`The data directory could not be written: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.name = 'CommitFailure';
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
