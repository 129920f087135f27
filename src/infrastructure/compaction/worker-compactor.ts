import { Worker } from 'node:worker_threads';
import type { DocumentWorker } from '../../application/ports/document-worker.ts';
import { packUpdates } from '../shared/packed-updates.ts';
import type { Work, WorkReply, WorkRequest } from './work-message.ts';

const WORKER_FILE = new URL('./compaction-worker.js', import.meta.url);

interface Waiting {
  resolve(update: Uint8Array): void;
  reject(reason: Error): void;
}

/**
 * Works on documents in a thread of its own, which starts with the first request and does not keep the process alive.
 * One request at a time, so that the memory of several documents never adds up; a waiting one is not copied yet. When
 * the thread dies, its request rejects and the next one gets a new thread.
 */
export class WorkerCompactor implements DocumentWorker {
  readonly #workerFile: URL;
  #worker: Worker | undefined;
  #current: Waiting | undefined;
  #queue: Promise<void> = Promise.resolve();
  #closed = false;

  /** @param workerFile The compiled `compaction-worker`. */
  constructor(workerFile: URL = WORKER_FILE) {
    this.#workerFile = workerFile;
  }

  merge(updates: readonly Uint8Array[]): Promise<Uint8Array> {
    return this.#enqueue({ kind: 'merge' }, updates);
  }

  diff(updates: readonly Uint8Array[], stateVector: Uint8Array): Promise<Uint8Array> {
    return this.#enqueue({ kind: 'diff', stateVector: stateVector.slice() }, updates);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
    await this.#queue;
  }

  #enqueue(work: Work, updates: readonly Uint8Array[]): Promise<Uint8Array> {
    const done = this.#queue.then(() => this.#do(work, updates));
    this.#queue = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  async #do(work: Work, updates: readonly Uint8Array[]): Promise<Uint8Array> {
    this.#checkOpen();
    const packed = await packUpdates(updates);
    const request: WorkRequest = { work, ...packed };
    this.#checkOpen();
    return new Promise((resolve, reject) => {
      this.#current = { resolve, reject };
      this.#worker ??= this.#start();
      this.#worker.postMessage(request, [request.bytes.buffer]);
    });
  }

  #checkOpen(): void {
    if (this.#closed) throw new Error('The compactor is closed.');
  }

  #start(): Worker {
    const worker = new Worker(this.#workerFile);
    worker.on('message', (reply: WorkReply) => this.#finish(reply));
    worker.on('error', (error) => this.#lose(worker, new Error('The compaction thread failed.', { cause: error })));
    worker.on('exit', (code) => this.#lose(worker, new Error(`The compaction thread ended with code ${code}.`)));
    worker.unref();
    return worker;
  }

  #finish(reply: WorkReply): void {
    const waiting = this.#current;
    this.#current = undefined;
    if (reply.kind === 'done') waiting?.resolve(reply.update);
    else waiting?.reject(new Error(`The updates do not integrate: ${reply.reason}`));
  }

  /** A thread that failed reports it and then its end; by the second, a new one may be at work. */
  #lose(worker: Worker, reason: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#current?.reject(reason);
    this.#current = undefined;
  }
}
