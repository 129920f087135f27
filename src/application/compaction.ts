import type { LogRecord, UpdateLog } from '../domain/repositories/update-log.ts';
import type { DocumentId } from '../domain/value-objects/document-id.ts';
import type { DocumentWorker } from './ports/document-worker.ts';
import type { Logger } from './ports/logger.ts';
import type { Metrics } from './ports/metrics.ts';

export interface CompactionLimits {
  /** Updates behind a snapshot past which they are folded into a new one while the document is edited. */
  readonly compactAfterUpdates: number;
  /**
   * The same for a document that is let go of: folding it then costs its editors nothing, and makes its next opening
   * cheap.
   */
  readonly compactIdleAfterUpdates: number;
  /** Bytes of them, likewise; at least half of the snapshot's own, so that a large one is not rewritten all the time. */
  readonly compactAfterBytes: number;
}

interface Tail {
  updates: number;
  bytes: number;
  snapshotBytes: number;
}

interface OpenTail extends Tail {
  /** Updates that must be behind the snapshot before the next try, after one that failed. */
  notBefore: number;
}

/** Folds the updates of a document into a snapshot when there are many, one document at a time, off the event loop. */
export class Compactions {
  readonly #log: UpdateLog;
  readonly #compactor: Pick<DocumentWorker, 'merge'>;
  readonly #limits: CompactionLimits;
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #tails = new Map<string, OpenTail>();
  readonly #queue = new Map<string, DocumentId>();
  #running: Promise<void> | undefined;
  #state: 'open' | 'closed' = 'open';

  constructor(
    log: UpdateLog,
    compactor: Pick<DocumentWorker, 'merge'>,
    limits: CompactionLimits,
    logger: Logger,
    metrics: Metrics,
  ) {
    this.#log = log;
    this.#compactor = compactor;
    this.#limits = limits;
    this.#logger = logger;
    this.#metrics = metrics;
  }

  /** A document was opened: what is behind its snapshot counts from the start. */
  opened(documentId: DocumentId, tail: Readonly<Tail>): void {
    const opened = { ...tail, notBefore: 0 };
    this.#tails.set(documentId.value, opened);
    this.#consider(documentId, opened);
  }

  appended(record: LogRecord): void {
    const tail = this.#tails.get(record.documentId.value);
    if (tail === undefined) return;
    tail.updates += record.updates.length;
    for (const update of record.updates) tail.bytes += update.byteLength;
    this.#consider(record.documentId, tail);
  }

  /** A document was closed: nothing will be appended. */
  closed(documentId: DocumentId): void {
    const tail = this.#tails.get(documentId.value);
    this.#tails.delete(documentId.value);
    const many = tail !== undefined && tail.updates >= this.#limits.compactIdleAfterUpdates;
    if (many && tail.updates >= tail.notBefore && tail.bytes >= tail.snapshotBytes / 100) this.#enqueue(documentId);
  }

  /** Waits for the one that runs; starts no other. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#queue.clear();
    await this.#running;
  }

  #consider(documentId: DocumentId, tail: OpenTail): void {
    if (this.#isDue(tail)) this.#enqueue(documentId);
  }

  #enqueue(documentId: DocumentId): void {
    if (this.#state === 'closed') return;
    this.#queue.set(documentId.value, documentId);
    this.#running ??= this.#run();
  }

  #isDue(tail: OpenTail): boolean {
    if (tail.updates < tail.notBefore) return false;
    const many = tail.updates >= this.#limits.compactAfterUpdates;
    const large = tail.bytes >= Math.max(this.#limits.compactAfterBytes, tail.snapshotBytes / 2);
    // Many small updates behind a large snapshot: rewriting the snapshot for each few thousand of them costs more than
    // reading them, so their number counts only as far as their bytes are worth a tenth of it.
    return large || (many && tail.bytes >= tail.snapshotBytes / 10);
  }

  async #run(): Promise<void> {
    for (const [key, documentId] of this.#queue) {
      this.#queue.delete(key);
      const tail = this.#tails.get(key);
      // Asked for while it was compacted: what has come since may be little.
      if (tail !== undefined && !this.#isDue(tail)) continue;
      try {
        await this.#compact(documentId);
      } catch (cause) {
        // Not with the next update again: each try reads and merges the whole document.
        if (tail !== undefined) tail.notBefore = tail.updates + this.#limits.compactAfterUpdates;
        this.#logger.error({ document: key, err: cause }, 'A compaction failed; the document stays as it was');
      }
    }
    this.#running = undefined;
  }

  async #compact(documentId: DocumentId): Promise<void> {
    const started = performance.now();
    const stored = await this.#log.load(documentId);
    if (stored === undefined || stored.tail.length === 0) return;
    const before = stored.snapshot === undefined ? [] : [stored.snapshot.update];
    const update = await this.#compactor.merge([...before, ...stored.tail]);
    await this.#log.compact(documentId, { update, sequence: stored.sequence });
    this.#metrics.compacted(performance.now() - started);
    const tail = this.#tails.get(documentId.value);
    if (tail === undefined) return;
    tail.updates -= stored.tail.length;
    for (const each of stored.tail) tail.bytes -= each.byteLength;
    tail.snapshotBytes = update.byteLength;
    tail.notBefore = 0;
  }
}
