import type { Checkpoint } from './checkpoint.ts';
import { CommitFailure } from './commit-failure.ts';
import type { PendingRecords } from './pending-records.ts';
import type { EncodedEntries } from './wal/entry-codec.ts';
import type { WriteAheadLog } from './wal/write-ahead-log.ts';

interface Task {
  readonly encoded: EncodedEntries;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Appends above this many bytes are not joined further, so that a frame keeps to a bounded amount of memory. */
const JOINED_BYTES = 16 * 1024 * 1024;

/**
 * All writes to the log, one after the other. Those that wait join into one frame, since a frame costs a disk sync
 * whatever its size; they then share its outcome.
 */
export class AppendQueue {
  readonly #log: Pick<WriteAheadLog, 'write'>;
  readonly #pending: Pick<PendingRecords, 'add'>;
  readonly #checkpoint: Pick<Checkpoint, 'room' | 'startIfDue'>;
  readonly #waiting: Task[] = [];
  #drained: Promise<void> | undefined;
  #newest: Promise<void> = Promise.resolve();

  constructor(
    log: Pick<WriteAheadLog, 'write'>,
    pending: Pick<PendingRecords, 'add'>,
    checkpoint: Pick<Checkpoint, 'room' | 'startIfDue'>,
  ) {
    this.#log = log;
    this.#pending = pending;
    this.#checkpoint = checkpoint;
  }

  /** Resolves when all entries are on disk and seen by readers; where it rejects none is. */
  append(encoded: EncodedEntries): Promise<void> {
    if (encoded.entries.length === 0) return Promise.resolve();
    const done = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ encoded, resolve, reject });
    });
    this.#newest = done;
    this.#drained ??= this.#drain();
    return done;
  }

  /** Resolves when every append by now has resolved or rejected. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#newest]);
  }

  get isIdle(): boolean {
    return this.#drained === undefined;
  }

  /** Resolves when nothing is under way or waiting. */
  async idle(): Promise<void> {
    await this.#drained;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) await this.#writeNext();
    this.#drained = undefined;
  }

  async #writeNext(): Promise<void> {
    let group: Task[] = [];
    try {
      // Also gives the appends of this event turn the time to get into the queue.
      await this.#checkpoint.room();
      group = this.#nextGroup();
      await this.#log.write(group.map(({ encoded }) => encoded.payload));
    } catch (cause) {
      const failed = group.length > 0 ? group : this.#waiting.splice(0);
      const error = cause instanceof CommitFailure ? cause : new CommitFailure(cause);
      for (const { reject } of failed) reject(error);
      return;
    }
    for (const { encoded } of group) this.#pending.add(encoded.entries);
    this.#checkpoint.startIfDue();
    for (const { resolve } of group) resolve();
  }

  #nextGroup(): Task[] {
    let bytes = 0;
    const end = this.#waiting.findIndex(({ encoded }) => {
      const isFull = bytes > JOINED_BYTES;
      bytes += encoded.payload.length;
      return isFull;
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }
}
