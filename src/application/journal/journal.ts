import { ConflictError, type LogRecord, type UpdateLog } from '../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { AcknowledgementQueue } from '../connection/acknowledgements.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../ports/metrics.ts';
import { CommitBatch } from './commit-batch.ts';
import { CommitRetry, type RetryLimits } from './commit-retry.ts';
import type { JournalClient } from './journal-client.ts';

export interface JournalLimits extends RetryLimits {
  /** Milliseconds between the starts of two commits, when there is more to write than one can take. */
  readonly commitWindow: number;
}

/** So many updates make a commit cheap for each of them; there is nothing to wait for. */
const ENOUGH = 128;

/**
 * Group commit: all updates of all documents that arrive while the disk is busy go to it together. Positions count the
 * appended records; commits keep their order, so one number says what is durable.
 */
export class Journal {
  readonly #log: UpdateLog;
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #limits: JournalLimits;
  readonly #retry: CommitRetry;
  #open = new CommitBatch();
  #appended = 0;
  #durable = 0;
  #lastStart = 0;
  #running: Promise<void> | undefined;
  #commitNow: (() => void) | undefined;

  constructor(log: UpdateLog, clock: Clock, logger: Logger, metrics: Metrics, limits: JournalLimits) {
    this.#log = log;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#limits = limits;
    this.#retry = new CommitRetry(clock, logger, metrics, limits);
  }

  get durablePosition(): number {
    return this.#durable;
  }

  /** Whether the last try to write failed. */
  get isFailing(): boolean {
    return this.#retry.isFailing;
  }

  /** Bytes of updates that wait for the disk. */
  get pendingBytes(): number {
    return this.#open.bytes;
  }

  /** Takes a record for the next commit. Answers its position: durable once `durablePosition` has reached it. */
  append(record: LogRecord, client: JournalClient): number {
    this.#appended++;
    this.#open.add(record, client, this.#appended);
    if (this.#open.updates >= ENOUGH) this.#commitNow?.();
    this.#running ??= this.#run();
    return this.#appended;
  }

  /** `queue` has tickets to release once what is appended by now is durable. */
  notify(queue: AcknowledgementQueue): void {
    this.#open.notify(queue);
    this.#running ??= this.#run();
  }

  /**
   * Resolves when all that is appended by now, or what of it is `documentId`'s, is durable.
   * @throws the store's error when it will not be
   */
  committed(documentId?: DocumentId): Promise<void> {
    const committed = this.#open.wait(documentId);
    this.#running ??= this.#run();
    return committed;
  }

  /** Resolves as `committed`; a store that fails is not waited for. The server stops. */
  close(): Promise<void> {
    this.#retry.lastTry();
    return this.committed();
  }

  async #run(): Promise<void> {
    while (!this.#open.isEmpty) {
      await this.#window();
      const batch = this.#open;
      const upTo = this.#appended;
      this.#open = new CommitBatch();
      this.#lastStart = this.#clock.now();
      await this.#commit(batch, upTo);
    }
    this.#running = undefined;
  }

  /** Idle: the end of this tick, so that a lone update waits for nothing. Busy: the rest of the window. */
  #window(): Promise<void> {
    const { commitWindow } = this.#limits;
    // At most one window: the machine's clock may have been set back by hours.
    const rest = Math.min(commitWindow, commitWindow - (this.#clock.now() - this.#lastStart));
    return new Promise((resolve) => {
      if (rest <= 0 || this.#open.updates >= ENOUGH) {
        setImmediate(resolve);
        return;
      }
      const timer = this.#clock.after(rest, resolve);
      this.#commitNow = () => {
        timer.stop();
        resolve();
      };
    });
  }

  async #commit(batch: CommitBatch, upTo: number): Promise<void> {
    const started = performance.now();
    try {
      while (batch.records.length > 0) {
        if ((await this.#write(batch)) === 'conflict') continue;
        this.#metrics.committed(batch.updates, batch.bytes, performance.now() - started);
        break;
      }
      this.#durable = upTo;
      batch.succeed(upTo);
    } catch (cause) {
      // What came meanwhile builds on what is lost, so it fails along with it.
      const failed = [batch, this.#open];
      this.#open = new CommitBatch();
      // First all tickets: a client that is told may append anew, behind what failed.
      for (const each of failed) each.refuse(this.#durable);
      for (const each of failed) each.fail(cause);
    }
  }

  /** `conflict`: some documents were taken out, and the rest is still to be written. */
  async #write(batch: CommitBatch): Promise<'done' | 'conflict'> {
    try {
      await this.#retry.run(
        () => this.#log.append(batch.records),
        () => batch.bytes + this.#open.bytes,
      );
      return 'done';
    } catch (cause) {
      // One that names none of these documents would be met again for ever.
      if (!(cause instanceof ConflictError) || !batch.holdsAny(cause.documentIds)) throw cause;
      this.#refuse(batch, cause);
      return 'conflict';
    }
  }

  /** What the documents appended meanwhile builds on what is refused, so it is refused along with it. */
  #refuse(batch: CommitBatch, conflict: ConflictError): void {
    const affected = [batch, this.#open];
    const refused = affected.map((each) => each.takeOut(conflict.documentIds));
    const positions = new Set(refused.flatMap((each) => each.positions));
    for (const { queues } of affected) for (const queue of queues) queue.refuseAt(positions);
    for (const client of new Set(refused.flatMap((each) => each.clients))) client.appendFailed(conflict);
    for (const waiting of refused.flatMap((each) => each.waiting)) waiting.reject(conflict);
  }
}
