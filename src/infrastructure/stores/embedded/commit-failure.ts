/** A write failed; none of it is stored. */
export class CommitFailure extends Error {
  constructor(cause: unknown) {
    super(`The data directory could not be written: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.name = 'CommitFailure';
  }
}
