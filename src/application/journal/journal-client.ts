import type { LogRecord } from '../../domain/repositories/update-log.ts';

/** Told what has become of the updates that it appended. */
export interface JournalClient {
  /** The record is on disk. */
  appendCommitted(record: LogRecord): void;
  /** None of its updates that were appended and not committed will be; it must not be served ahead of its log. */
  appendFailed(cause: unknown): void;
}
