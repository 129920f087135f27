/** Folds updates off the event loop. */
export interface Compactor {
  /**
   * The state that `updates` (Yjs updates, encoding v1, in order) make together, as one update, garbage-collected. The
   * byte arrays stay the caller's.
   * @throws when they do not integrate, or the compactor is closed.
   */
  merge(updates: readonly Uint8Array[]): Promise<Uint8Array>;
  close(): Promise<void>;
}
