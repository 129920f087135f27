import { type ErrorKind, ProviderError } from '../core/provider-error.ts';

/** RFC 6455, section 7.4.1: a message is too big for the server. To send it again is of no use. */
const TOO_BIG = 1009;

const KINDS: Readonly<Record<number, ErrorKind>> = {
  4400: 'invalid',
  4401: 'unauthenticated',
  4403: 'forbidden',
  4429: 'rate-limited',
  [TOO_BIG]: 'too-large',
};

/**
 * What a close code of the server means: 4400 to 4499 say "do not try again".
 * @returns nothing where the client should come back later
 */
export function rejectionOf(code: number, reason: string): ProviderError | undefined {
  if (code !== TOO_BIG && (code < 4400 || code > 4499)) return undefined;
  const why = reason === '' ? `The server closed the connection with ${code}.` : reason;
  return new ProviderError(KINDS[code] ?? 'refused', 'stops', why);
}
