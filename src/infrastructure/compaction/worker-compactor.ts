import { Worker } from 'node:worker_threads';
import type { Compactor } from '../../application/ports/compactor.ts';
import { type MergeReply, packRequest } from './merge-message.ts';

const WORKER_FILE = new URL('./compaction-worker.js', import.meta.url);

interface Merge {
  resolve(update: Uint8Array): void;
  reject(reason: Error): void;
}

/**
 * Folds updates in a thread of its own, which starts with the first merge and does not keep the process alive. One
 * merge at a time, so that the memory of several documents never adds up; a waiting one is not copied yet. When the
 * thread dies, its merge rejects and the next one gets a new thread.
 */
export class WorkerCompactor implements Compactor {
  readonly #workerFile: URL;
  #worker: Worker | undefined;
  #current: Merge | undefined;
  #queue: Promise<void> = Promise.resolve();
  #closed = false;

  /** @param workerFile The compiled `compaction-worker`. */
  constructor(workerFile: URL = WORKER_FILE) {
    this.#workerFile = workerFile;
  }

  merge(updates: readonly Uint8Array[]): Promise<Uint8Array> {
    const merged = this.#queue.then(() => this.#mergeNow(updates));
    this.#queue = merged.then(
      () => undefined,
      () => undefined,
    );
    return merged;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
    await this.#queue;
  }

  #mergeNow(updates: readonly Uint8Array[]): Promise<Uint8Array> {
    if (this.#closed) return Promise.reject(new Error('The compactor is closed.'));
    const request = packRequest(updates);
    return new Promise((resolve, reject) => {
      this.#current = { resolve, reject };
      this.#worker ??= this.#start();
      this.#worker.postMessage(request, [request.bytes.buffer]);
    });
  }

  #start(): Worker {
    const worker = new Worker(this.#workerFile);
    worker.on('message', (reply: MergeReply) => this.#finish(reply));
    worker.on('error', (error) => this.#lose(worker, new Error('The compaction thread failed.', { cause: error })));
    worker.on('exit', (code) => this.#lose(worker, new Error(`The compaction thread ended with code ${code}.`)));
    worker.unref();
    return worker;
  }

  #finish(reply: MergeReply): void {
    const merge = this.#current;
    this.#current = undefined;
    if (reply.kind === 'merged') merge?.resolve(reply.update);
    else merge?.reject(new Error(`The updates do not fold: ${reply.reason}`));
  }

  /** A thread that failed reports it and then its end; by the second, a new one may be at work. */
  #lose(worker: Worker, reason: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#current?.reject(reason);
    this.#current = undefined;
  }
}
