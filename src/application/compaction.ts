import {
  DamagedDocumentError,
  type LogRecord,
  type Snapshot,
  type UpdateLog,
} from '../domain/repositories/update-log.ts';
import type { DocumentId } from '../domain/value-objects/document-id.ts';
import type { DocumentWorker } from './ports/document-worker.ts';
import type { Logger } from './ports/logger.ts';
import type { Metrics } from './ports/metrics.ts';

export interface CompactionLimits {
  /** `off`: every update is kept as it came, and a document takes as long to open as it has updates. */
  readonly compaction: 'on' | 'off';
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

/** A document that is open here. */
export interface OpenDocument {
  /**
   * What it has become, once all of that is durable; none where it is not integrated, or cannot be read just now.
   * Rejects where it will not be durable, or the compactor fails.
   */
  snapshot(compactor: DocumentWorker): Promise<Snapshot | undefined> | undefined;
  /** The log says that what it has of the document is damaged. */
  damaged(cause: DamagedDocumentError): void;
}

interface Tail {
  updates: number;
  bytes: number;
  snapshotBytes: number;
}

interface OpenTail extends Tail {
  readonly document: OpenDocument;
  /** Updates that must be behind the snapshot before the next try, after one that failed. */
  notBefore: number;
}

/** `unedited`: fewer updates are worth it. */
type Why = 'due' | 'unedited';

/** A snapshot to store, and what it stands for of the tail that was counted. */
interface Folded {
  readonly snapshot: Snapshot;
  readonly updates: number;
  readonly bytes: number;
}

/**
 * Folds the updates of a document into a snapshot when there are many, one document at a time. One that is being edited
 * knows what it is; another is read from the log and merged in another thread.
 */
export class Compactions {
  readonly #log: UpdateLog;
  readonly #compactor: DocumentWorker;
  readonly #limits: CompactionLimits;
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #tails = new Map<string, OpenTail>();
  readonly #queue = new Map<string, { readonly documentId: DocumentId; readonly why: Why }>();
  #running: Promise<void> | undefined;
  #current: { readonly key: string; readonly done: Promise<void> } | undefined;
  #state: 'open' | 'closed' = 'open';

  constructor(log: UpdateLog, compactor: DocumentWorker, limits: CompactionLimits, logger: Logger, metrics: Metrics) {
    this.#log = log;
    this.#compactor = compactor;
    this.#limits = limits;
    this.#logger = logger;
    this.#metrics = metrics;
  }

  /**
   * A document was opened: what is behind its snapshot counts from the start. Folded right now, it would take the machine
   * from those who wait for it; the next update or, later, that nobody uses it any more is soon enough.
   */
  opened(documentId: DocumentId, tail: Readonly<Tail>, document: OpenDocument): void {
    this.#tails.set(documentId.value, { ...tail, document, notBefore: 0 });
  }

  appended(record: LogRecord): void {
    const tail = this.#tails.get(record.documentId.value);
    if (tail === undefined) return;
    tail.updates += record.updates.length;
    for (const update of record.updates) tail.bytes += update.byteLength;
    this.#consider(record.documentId, tail);
  }

  /**
   * Nobody edits an open document any more: folding costs nobody time now, and makes its next opening cheap.
   * @returns whether it is worth it; then the document should stay open until it is done
   */
  unedited(documentId: DocumentId): boolean {
    const tail = this.#tails.get(documentId.value);
    if (tail === undefined || this.#limits.compaction === 'off' || !this.#isWorthIt(tail)) return false;
    this.#enqueue(documentId, 'unedited');
    return true;
  }

  /** A document was closed: nothing will be appended. */
  closed(documentId: DocumentId): void {
    this.#tails.delete(documentId.value);
  }

  /**
   * A document that was closed is about to be deleted. Resolves when nothing is folded of it any more: a snapshot that
   * came later might fit a document that has its name then.
   */
  async forget({ value }: DocumentId): Promise<void> {
    this.#queue.delete(value);
    if (this.#current?.key === value) await this.#current.done;
  }

  /** Waits for the one that runs; starts no other. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#queue.clear();
    await this.#running;
  }

  #consider(documentId: DocumentId, tail: OpenTail): void {
    if (this.#isDue(tail)) this.#enqueue(documentId, 'due');
  }

  #enqueue(documentId: DocumentId, why: Why): void {
    if (this.#state === 'closed' || this.#limits.compaction === 'off') return;
    this.#queue.set(documentId.value, { documentId, why });
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

  #isWorthIt({ updates, bytes, snapshotBytes, notBefore }: OpenTail): boolean {
    return updates >= this.#limits.compactIdleAfterUpdates && updates >= notBefore && bytes >= snapshotBytes / 100;
  }

  async #run(): Promise<void> {
    for (const [key, { documentId, why }] of this.#queue) {
      this.#queue.delete(key);
      const tail = this.#tails.get(key);
      // Asked for while it was compacted: what has come since may be little.
      if (tail === undefined || !(why === 'due' ? this.#isDue(tail) : this.#isWorthIt(tail))) continue;
      const done = this.#attempt(documentId, tail);
      this.#current = { key, done };
      await done;
      this.#current = undefined;
    }
    this.#running = undefined;
  }

  async #attempt(documentId: DocumentId, tail: OpenTail): Promise<void> {
    try {
      await this.#compact(documentId);
    } catch (cause) {
      // Not with the next update again: each try reads and merges the whole document.
      tail.notBefore = tail.updates + this.#limits.compactAfterUpdates;
      if (cause instanceof DamagedDocumentError) {
        tail.document.damaged(cause);
        return;
      }
      const fields = { document: documentId.value, err: cause };
      this.#logger.error(fields, 'A compaction failed; the document stays as it was');
    }
  }

  async #compact(documentId: DocumentId): Promise<void> {
    const started = performance.now();
    const folded = (await this.#opened(documentId)) ?? (await this.#stored(documentId));
    if (folded === undefined) return;
    await this.#log.compact(documentId, folded.snapshot);
    this.#metrics.compacted(performance.now() - started);
    const tail = this.#tails.get(documentId.value);
    if (tail === undefined) return;
    tail.updates -= folded.updates;
    tail.bytes -= folded.bytes;
    tail.snapshotBytes = folded.snapshot.update.byteLength;
    tail.notBefore = 0;
  }

  async #opened(documentId: DocumentId): Promise<Folded | undefined> {
    const tail = this.#tails.get(documentId.value);
    if (tail === undefined) return undefined;
    // What is not durable yet is counted when it is, though the snapshot holds it: the next one comes a little early.
    const { updates, bytes } = tail;
    const snapshot = await tail.document.snapshot(this.#compactor);
    return snapshot === undefined ? undefined : { snapshot, updates, bytes };
  }

  async #stored(documentId: DocumentId): Promise<Folded | undefined> {
    const stored = await this.#log.load(documentId);
    if (stored === undefined || stored.tail.length === 0) return undefined;
    const before = stored.snapshot === undefined ? [] : [stored.snapshot.update];
    const update = await this.#compactor.merge([...before, ...stored.tail]);
    const bytes = stored.tail.reduce((sum, { byteLength }) => sum + byteLength, 0);
    return { snapshot: { update, sequence: stored.sequence }, updates: stored.tail.length, bytes };
  }
}
