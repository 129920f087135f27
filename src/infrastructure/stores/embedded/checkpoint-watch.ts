/** Is told what became of each try to bring the write-ahead log into the database. Must not throw. */
export interface CheckpointWatch {
  succeeded(): void;
  /** What was to be moved stays in the log. @param retryAfter milliseconds, at least */
  failed(cause: unknown, retryAfter: number): void;
}

export const UNWATCHED: CheckpointWatch = { succeeded: () => undefined, failed: () => undefined };
