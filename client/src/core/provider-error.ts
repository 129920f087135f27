/**
 * What a server says no to, or what keeps a provider from asking it.
 * - `unauthenticated`: no token, a bad one, or one that has expired.
 * - `forbidden`: the token does not open this document.
 * - `read-only`: the document may be read; edits stay in this client and are not saved.
 * - `invalid`: the server could not make sense of what it was sent.
 * - `too-large`: a message is over a limit of the server.
 * - `rate-limited`: too many messages.
 * - `token`: the token function threw; `cause` is what it threw.
 * - `refused`: any other refusal.
 */
export type ErrorKind =
  | 'unauthenticated'
  | 'forbidden'
  | 'read-only'
  | 'invalid'
  | 'too-large'
  | 'rate-limited'
  | 'token'
  | 'refused';

/**
 * What becomes of the connection: it `continues`, the provider `retries` by itself, or it `stops` until `connect()` is
 * called.
 */
export type Outcome = 'continues' | 'retries' | 'stops';

/** The one error of providers. A connection that breaks is none: the status tells of it, and it is dialled again. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly kind: ErrorKind;
  readonly outcome: Outcome;

  constructor(kind: ErrorKind, outcome: Outcome, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.outcome = outcome;
  }
}
