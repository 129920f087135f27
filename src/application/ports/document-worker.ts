import type { Compactor } from './compactor.ts';

/** Work on whole documents, off the event loop. */
export interface DocumentWorker extends Compactor {
  /**
   * What somebody with `stateVector` lacks of `updates` (Yjs updates, encoding v1, in order), as one update. The byte
   * arrays stay the caller's.
   */
  diff(updates: readonly Uint8Array[], stateVector: Uint8Array): Promise<Uint8Array>;
}
