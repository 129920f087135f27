import type { CheckpointWatch } from '../../infrastructure/stores/embedded/checkpoint-watch.ts';
import type { Logger } from '../ports/logger.ts';

const FAILED =
  'The embedded database cannot be written. Nothing is lost: what is acknowledged stays in the write-ahead log, which ' +
  'grows until it has no more room; then nothing is acknowledged. It is tried again';

/** Tells the operator when the embedded store's checkpoints begin to fail, and when they succeed again. */
export class CheckpointLog implements CheckpointWatch {
  readonly #logger: Logger;
  #isFailing = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get isFailing(): boolean {
    return this.#isFailing;
  }

  succeeded(): void {
    if (this.#isFailing) this.#logger.info({}, 'The embedded database can be written again');
    this.#isFailing = false;
  }

  failed(cause: unknown, retryAfter: number): void {
    const fields = { err: cause, retryAfter };
    if (this.#isFailing) this.#logger.debug(fields, FAILED);
    else this.#logger.error(fields, FAILED);
    this.#isFailing = true;
  }
}
