import type { LogRecord } from '../../domain/repositories/update-log.ts';
import type { AcknowledgementQueue } from '../connection/acknowledgements.ts';
import type { JournalClient } from './journal-client.ts';

interface Waiting {
  resolve(): void;
  reject(cause: unknown): void;
}

/** What goes to disk together, and who waits for it. */
export class CommitBatch {
  readonly records: LogRecord[] = [];
  readonly #clients: JournalClient[] = [];
  readonly queues = new Set<AcknowledgementQueue>();
  readonly #waiting: Waiting[] = [];
  #bytes = 0;
  #updates = 0;

  /** Bytes of the updates, without what a store adds. */
  get bytes(): number {
    return this.#bytes;
  }

  get updates(): number {
    return this.#updates;
  }

  get isEmpty(): boolean {
    return this.records.length === 0 && this.queues.size === 0 && this.#waiting.length === 0;
  }

  add(record: LogRecord, client: JournalClient): void {
    this.records.push(record);
    this.#clients.push(client);
    this.#updates += record.updates.length;
    for (const update of record.updates) this.#bytes += update.byteLength;
  }

  notify(queue: AcknowledgementQueue): void {
    this.queues.add(queue);
  }

  /** Resolves when this batch is on disk. */
  wait(): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  succeed(durablePosition: number): void {
    this.records.forEach((record, at) => {
      this.#clients[at]?.appendCommitted(record);
    });
    for (const queue of this.queues) queue.release(durablePosition);
    for (const waiting of this.#waiting) waiting.resolve();
  }

  refuse(durablePosition: number): void {
    for (const queue of this.queues) queue.refuseBehind(durablePosition);
  }

  fail(cause: unknown): void {
    for (const client of new Set(this.#clients)) client.appendFailed(cause);
    for (const waiting of this.#waiting) waiting.reject(cause);
  }
}
