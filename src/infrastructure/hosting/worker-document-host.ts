import type { DocumentHost, HostedDocument } from '../../application/ports/document-host.ts';
import type { Integrations, ScannedUpdate } from '../../domain/entities/integration.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import { type PackedUpdates, packUpdates } from '../shared/packed-updates.ts';
import { HostThread } from './host-thread.ts';

const WORKER_FILE = new URL('./host-worker.js', import.meta.url);

/**
 * Keeps large documents in a thread of their own, which starts with the first one, ends with the last one, and does not
 * keep the process alive. When it dies, what is asked of its documents rejects, and the next one to be opened gets a new
 * thread.
 */
export class WorkerDocumentHost implements DocumentHost {
  readonly #workerFile: URL;
  readonly #open = new Set<ThreadDocument>();
  #thread: HostThread | undefined;
  #state: 'open' | 'closed' = 'open';
  #keys = 0;

  /** @param workerFile The compiled `host-worker`. */
  constructor(workerFile: URL = WORKER_FILE) {
    this.#workerFile = workerFile;
  }

  async open(documentId: DocumentId, updates: readonly Uint8Array[]): Promise<HostedDocument> {
    const packed = await packUpdates(updates);
    if (this.#state === 'closed') throw new CollaborationError('unavailable', 'The host is closed.');
    this.#thread ??= this.#start();
    const document = new ThreadDocument(this.#thread, this.#keys++, (closed) => this.#closed(closed));
    this.#open.add(document);
    try {
      await document.open(documentId, packed);
    } catch (cause) {
      document.close();
      throw cause;
    }
    return document;
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    await this.#end();
  }

  #start(): HostThread {
    const thread = new HostThread(this.#workerFile, () => {
      if (this.#thread !== thread) return;
      this.#thread = undefined;
      this.#open.clear();
    });
    return thread;
  }

  /** A thread's end gives all of its memory back, and needs no garbage collection. */
  #closed(document: ThreadDocument): void {
    if (this.#open.delete(document) && this.#open.size === 0) void this.#end();
  }

  async #end(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    this.#open.clear();
    await thread?.end();
  }
}

class ThreadDocument implements HostedDocument {
  readonly #thread: HostThread;
  readonly #key: number;
  readonly #onClose: (document: ThreadDocument) => void;

  constructor(thread: HostThread, key: number, onClose: (document: ThreadDocument) => void) {
    this.#thread = thread;
    this.#key = key;
    this.#onClose = onClose;
  }

  async open({ value }: DocumentId, updates: PackedUpdates): Promise<void> {
    await this.#thread.ask({ kind: 'open', key: this.#key, documentId: value, updates }, 'opened', [
      updates.bytes.buffer,
    ]);
  }

  async apply(scanned: readonly ScannedUpdate[]): Promise<Integrations> {
    const updates = await packUpdates(scanned.map(({ update }) => update));
    const task = { kind: 'apply', key: this.#key, updates } as const;
    const { integrations } = await this.#thread.ask(task, 'applied', [updates.bytes.buffer]);
    return integrations;
  }

  get isLost(): boolean {
    return this.#thread.isLost;
  }

  async repeats({ update }: ScannedUpdate): Promise<boolean> {
    // Copied: of a view, all that it is a view of would go along.
    const task = { kind: 'repeats', key: this.#key, update: update.slice() } as const;
    const { repeats } = await this.#thread.ask(task, 'compared', [task.update.buffer]);
    return repeats;
  }

  async encode(): Promise<Uint8Array> {
    const { update } = await this.#thread.ask({ kind: 'encode', key: this.#key }, 'encoded');
    return update;
  }

  close(): void {
    this.#thread.tell({ kind: 'close', key: this.#key });
    this.#onClose(this);
  }
}
