import { Worker } from 'node:worker_threads';
import { CollaborationError } from '../../domain/errors.ts';
import type { HostAnswer, HostReply, HostRequest, HostTask } from './host-message.ts';

type Answer<Kind extends HostAnswer['kind']> = Extract<HostAnswer, { kind: Kind }>;

interface Waiting {
  resolve(answer: HostAnswer): void;
  reject(reason: CollaborationError): void;
}

/** One run of the thread, from its start to its end, which it may find by itself. */
export class HostThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onEnd: () => void;
  #requests = 0;
  #lost: CollaborationError | undefined;

  /** @param onEnd called once, when the thread has ended by itself */
  constructor(workerFile: URL, onEnd: () => void) {
    this.#onEnd = onEnd;
    this.#worker = new Worker(workerFile);
    this.#worker.on('message', (reply: HostReply) => this.#finish(reply));
    this.#worker.on('error', (error) => this.#lose('The thread that holds the document failed.', error));
    this.#worker.on('exit', (code) => this.#lose(`The thread that holds the document ended with code ${code}.`));
    this.#worker.unref();
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /**
   * Resolves with the answer of the kind that is expected.
   * @throws CollaborationError `invalid` · `damaged` as the thread says · `unavailable` where it cannot say anything any more
   */
  async ask<Kind extends HostAnswer['kind']>(
    task: Exclude<HostTask, { kind: 'close' }>,
    expected: Kind,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Answer<Kind>> {
    if (this.#lost !== undefined) throw this.#lost;
    const answer = await new Promise<HostAnswer>((resolve, reject) => {
      const id = this.#requests++;
      this.#waiting.set(id, { resolve, reject });
      const request: HostRequest = { id, task };
      this.#worker.postMessage(request, transfer);
    });
    if (answer.kind === 'failed') throw new CollaborationError(answer.fault, answer.reason);
    if (isOf(answer, expected)) return answer;
    throw new CollaborationError('internal', `The thread answered "${expected}" with "${answer.kind}".`);
  }

  /** Tells the thread what needs no answer. */
  tell(task: Extract<HostTask, { kind: 'close' }>): void {
    const request: HostRequest = { id: this.#requests++, task };
    if (this.#lost === undefined) this.#worker.postMessage(request);
  }

  /** Whatever is under way rejects. */
  async end(): Promise<void> {
    this.#reject(new CollaborationError('unavailable', 'The thread that holds the document was ended.'));
    await this.#worker.terminate();
  }

  #finish({ id, answer }: HostReply): void {
    this.#waiting.get(id)?.resolve(answer);
    this.#waiting.delete(id);
  }

  #lose(message: string, cause?: unknown): void {
    if (this.#lost !== undefined) return;
    this.#reject(new CollaborationError('unavailable', message, cause));
    this.#onEnd();
  }

  #reject(reason: CollaborationError): void {
    this.#lost = reason;
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }
}

function isOf<Kind extends HostAnswer['kind']>(answer: HostAnswer, kind: Kind): answer is Answer<Kind> {
  return answer.kind === kind;
}
