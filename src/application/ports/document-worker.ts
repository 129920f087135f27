/** Work on whole documents, off the event loop. The byte arrays it is given stay the caller's. */
export interface DocumentWorker {
  /**
   * The state that `updates` (Yjs updates, encoding v1, in order) make together, as one update, garbage-collected.
   * @throws when they do not integrate, or the worker is closed.
   */
  merge(updates: readonly Uint8Array[]): Promise<Uint8Array>;
  /**
   * What somebody with `stateVector` (encoding v1) lacks of what `updates` hold, as one update: structs that the state
   * vector does not have, and all deletes.
   * @throws when one of them does not decode, or the worker is closed.
   */
  diff(updates: readonly Uint8Array[], stateVector: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}
