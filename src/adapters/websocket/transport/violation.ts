/** What a client did against RFC 6455. */
export interface Violation {
  /** 1002 protocol error · 1007 invalid UTF-8 · 1009 too big (section 7.4.1). */
  readonly code: 1002 | 1007 | 1009;
  /** For the log; the client is told the code. */
  readonly reason: string;
}

export function protocolError(reason: string): Violation {
  return { code: 1002, reason };
}

export const NOT_UTF8: Violation = { code: 1007, reason: 'Not UTF-8.' };

export const TOO_BIG: Violation = { code: 1009, reason: 'The message is too big.' };
