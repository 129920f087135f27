/** Told when updates it appended can not be stored. */
export interface JournalClient {
  /** None of its updates that were appended and not committed will be; it must not be served ahead of its log. */
  appendFailed(cause: unknown): void;
}
