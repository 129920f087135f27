import type { LogRecord } from '../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { AcknowledgementQueue } from '../connection/acknowledgements.ts';
import type { JournalClient } from './journal-client.ts';

interface Waiting {
  /** None: it waits for all of them. */
  readonly documentId: DocumentId | undefined;
  resolve(): void;
  reject(cause: unknown): void;
}

interface Entry {
  readonly record: LogRecord;
  readonly client: JournalClient;
  readonly position: number;
}

interface TakenOut {
  readonly positions: readonly number[];
  readonly clients: readonly JournalClient[];
  readonly waiting: readonly Waiting[];
}

/** What goes to disk together, and who waits for it. */
export class CommitBatch {
  readonly queues = new Set<AcknowledgementQueue>();
  #entries: Entry[] = [];
  #waiting: Waiting[] = [];
  #bytes = 0;
  #updates = 0;

  get records(): readonly LogRecord[] {
    return this.#entries.map(({ record }) => record);
  }

  /** Bytes of the updates, without what a store adds. */
  get bytes(): number {
    return this.#bytes;
  }

  get updates(): number {
    return this.#updates;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0 && this.queues.size === 0 && this.#waiting.length === 0;
  }

  add(record: LogRecord, client: JournalClient, position: number): void {
    this.#entries.push({ record, client, position });
    this.#count(record, 1);
  }

  notify(queue: AcknowledgementQueue): void {
    this.queues.add(queue);
  }

  /** Resolves when this batch, or what it has of one document, is on disk. */
  wait(documentId: DocumentId | undefined): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.push({ documentId, resolve, reject }));
  }

  holdsAny(documentIds: readonly DocumentId[]): boolean {
    const names = namesOf(documentIds);
    return this.#entries.some(({ record }) => names.has(record.documentId.value));
  }

  /** Removes what it has of these documents, and those who wait for one of them. */
  takeOut(documentIds: readonly DocumentId[]): TakenOut {
    const names = namesOf(documentIds);
    const isOfThem = (documentId: DocumentId | undefined) => documentId !== undefined && names.has(documentId.value);
    const taken = this.#entries.filter(({ record }) => isOfThem(record.documentId));
    const waiting = this.#waiting.filter(({ documentId }) => isOfThem(documentId));
    this.#entries = this.#entries.filter(({ record }) => !isOfThem(record.documentId));
    this.#waiting = this.#waiting.filter(({ documentId }) => !isOfThem(documentId));
    for (const { record } of taken) this.#count(record, -1);
    return { positions: taken.map(({ position }) => position), clients: taken.map(({ client }) => client), waiting };
  }

  succeed(durablePosition: number): void {
    for (const { record, client } of this.#entries) client.appendCommitted(record);
    for (const queue of this.queues) queue.release(durablePosition);
    for (const waiting of this.#waiting) waiting.resolve();
  }

  refuse(durablePosition: number): void {
    for (const queue of this.queues) queue.refuseBehind(durablePosition);
  }

  fail(cause: unknown): void {
    for (const client of new Set(this.#entries.map((entry) => entry.client))) client.appendFailed(cause);
    for (const waiting of this.#waiting) waiting.reject(cause);
  }

  #count(record: LogRecord, sign: 1 | -1): void {
    this.#updates += sign * record.updates.length;
    for (const update of record.updates) this.#bytes += sign * update.byteLength;
  }
}

function namesOf(documentIds: readonly DocumentId[]): ReadonlySet<string> {
  return new Set(documentIds.map(({ value }) => value));
}
