import { performance } from 'node:perf_hooks';
import type { CheckpointWatch } from './checkpoint-watch.ts';
import type { Change, CommitQueue, Planned } from './commit-queue.ts';
import type { Handles } from './environment.ts';
import { logStartChange } from './log-start.ts';
import type { PendingDocument, PendingRecords } from './pending-records.ts';
import { planMove } from './plan-move.ts';
import { reaches, type StoreLimits } from './store-limits.ts';
import type { WriteAheadLog } from './wal/write-ahead-log.ts';

/**
 * Brings what the write-ahead log holds into the database, and gives the log's files back. It goes on document by
 * document, in transactions that are small enough for the event loop. To read the log again over a part of them changes
 * nothing, so only the last one has to say that the log starts later now.
 */
export class Checkpoint {
  readonly #pending: PendingRecords;
  readonly #log: WriteAheadLog;
  readonly #commits: CommitQueue;
  readonly #limits: StoreLimits;
  readonly #watch: CheckpointWatch;
  #running: Promise<void> | undefined;
  /** The segment from which on nothing is moved; known while a checkpoint is not over, also after it failed. */
  #upTo: number | undefined;
  #retry = { pause: 0, at: 0 };

  constructor(
    pending: PendingRecords,
    log: WriteAheadLog,
    commits: CommitQueue,
    limits: StoreLimits,
    watch: CheckpointWatch,
  ) {
    this.#pending = pending;
    this.#log = log;
    this.#commits = commits;
    this.#limits = limits;
    this.#watch = watch;
  }

  /** Starts a checkpoint where one is due. No write to the log may be under way. */
  startIfDue(): void {
    if (this.#running !== undefined || performance.now() < this.#retry.at) return;
    if (this.#upTo === undefined && !reaches(this.#pending.youngSize, this.#limits.checkpointAt)) return;
    this.#attempt().catch(ignore);
  }

  /**
   * Waits while the log holds too much. No write to the log may be under way.
   * @throws the error of the database, where that is why
   */
  async room(): Promise<void> {
    while (reaches(this.#pending.size, this.#limits.fullAt)) await this.#attempt();
  }

  /** Starts to move what the log held when it was opened. A failure waits for the appends to come. */
  begin(): void {
    if (!this.#log.isEmpty) this.#attempt().catch(ignore);
  }

  /** Moves everything there is. No write to the log may come any more. @throws the error of the database */
  async finish(): Promise<void> {
    await this.#running?.catch(ignore);
    if (this.#upTo !== undefined) await this.#attempt();
    if (!this.#log.isEmpty) await this.#attempt();
  }

  #attempt(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    if (this.#upTo === undefined) {
      this.#upTo = this.#log.roll();
      this.#pending.age();
    }
    const upTo = this.#upTo;
    try {
      while (this.#upTo !== undefined) await this.#commits.readThenWrite((handles) => this.#step(handles, upTo));
      this.#retry = { pause: 0, at: 0 };
      this.#watch.succeeded();
    } catch (error) {
      const { first, longest } = this.#limits.retryAfter;
      const pause = Math.min(Math.max(first, this.#retry.pause * 2), longest);
      this.#retry = { pause, at: performance.now() + pause };
      this.#watch.failed(error, pause);
      throw error;
    }
    // A file that stays is removed by the next checkpoint, or at the next start.
    await this.#log.removeBefore(upTo).catch(ignore);
  }

  #step(handles: Handles, upTo: number): Planned {
    const until = performance.now() + this.#limits.stepTime;
    const moved: PendingDocument[] = [];
    const changes: Change[] = [];
    for (const document of this.#pending.aged()) {
      if (moved.length > 0 && performance.now() >= until) {
        return { changes, committed: () => this.#pending.moved(moved) };
      }
      for (const change of planMove(handles, document)) changes.push(change);
      moved.push(document);
    }
    changes.push(logStartChange(upTo));
    const committed = () => {
      this.#pending.moved(moved);
      this.#upTo = undefined;
    };
    return { changes, committed };
  }
}

/** For failures that `#retry` keeps: the watch is told, and whoever needs the room. */
const ignore = () => undefined;
