import type { Socket } from 'node:net';
import type { Metrics } from '../../application/ports/metrics.ts';

interface Fault {
  readonly status: string;
  readonly limit?: 'MAX_HEADER_BYTES' | 'REQUEST_TIMEOUT_MS';
}

/** What Node says of a request that it does not read to its end. */
const FAULTS: Readonly<Record<string, Fault>> = {
  HPE_HEADER_OVERFLOW: { status: '431 Request Header Fields Too Large', limit: 'MAX_HEADER_BYTES' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408 Request Timeout', limit: 'REQUEST_TIMEOUT_MS' },
};

/** Answers requests that are too long, too slow or none at all, and ends their connections. */
export function answerBadRequests(metrics: Pick<Metrics, 'limitReached'>): (cause: Error, socket: Socket) => void {
  return (cause, socket) => {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (code === 'ECONNRESET' || socket.destroyed) return;
    const { status, limit } = FAULTS[code] ?? { status: '400 Bad Request' };
    if (limit !== undefined) metrics.limitReached(limit);
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
  };
}
