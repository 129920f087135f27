import { type StatusObject, status } from '@grpc/grpc-js';
import { type ErrorKind, ProviderError } from '../core/provider-error.ts';
import type { ErrorMessage } from './messages.ts';

const OF_CODE: Readonly<Record<number, ErrorKind>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'read-only',
  // What is stored of the document is damaged.
  423: 'read-only',
  413: 'too-large',
  429: 'rate-limited',
};

const OF_STATUS: Readonly<Record<number, ErrorKind>> = {
  [status.INVALID_ARGUMENT]: 'invalid',
  [status.UNAUTHENTICATED]: 'unauthenticated',
  [status.PERMISSION_DENIED]: 'forbidden',
  // A message was over the transport's maximum. To send it again is of no use.
  [status.RESOURCE_EXHAUSTED]: 'too-large',
};

/** What ends a session, but not for good: it expired (404), the server failed (500) or stops (503). */
const COME_BACK = new Set([404, 500, 503]);

export type Meaning = 'lost' | { readonly rejected: ProviderError } | { readonly refused: ProviderError };

/** What an `error` message means. Before the client was let in, it is the answer to its `join_document`. */
export function meaningOf({ error_code, error_message }: ErrorMessage, stage: 'joining' | 'joined'): Meaning {
  if (COME_BACK.has(error_code)) return 'lost';
  const kind = OF_CODE[error_code] ?? 'refused';
  if (stage === 'joined' && kind !== 'unauthenticated') {
    return { refused: new ProviderError(kind, 'continues', error_message) };
  }
  return { rejected: new ProviderError(kind === 'read-only' ? 'forbidden' : kind, 'stops', error_message) };
}

/** What the end of a call means. */
export function meaningOfEnd({ code, details }: StatusObject): Exclude<Meaning, { refused: unknown }> {
  const kind = OF_STATUS[code];
  return kind === undefined ? 'lost' : { rejected: new ProviderError(kind, 'stops', details) };
}
