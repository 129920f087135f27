import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Entry } from '../../application/admission/admission.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { DoorServices } from './door-services.ts';
import { httpAnswer } from './transport/handshake.ts';

/** `refused`: `answer` is what goes on the wire. */
export type Passage =
  | { readonly kind: 'entered'; readonly entry: Entry }
  | { readonly kind: 'refused'; readonly answer: string };

/** What stands between an upgrade request and a WebSocket: the page it comes from, and how many come from where. */
export class Gate {
  readonly #services: DoorServices;

  constructor(services: DoorServices) {
    this.#services = services;
  }

  /** The answer to a request that is refused for what it is. */
  refusal({ url, headers }: IncomingMessage): string | undefined {
    const { limits, metrics, origins } = this.#services;
    if ((url?.length ?? 0) > limits.maxUrlLength) {
      metrics.limitReached('MAX_URL_LENGTH');
      return httpAnswer('414 URI Too Long');
    }
    if (origins.allows(headers.origin)) return undefined;
    metrics.limitReached('ALLOWED_ORIGINS');
    return httpAnswer('403 Forbidden');
  }

  /** Counts the handshake and the connection. Never rejects. */
  async enter(request: IncomingMessage, socket: Duplex): Promise<Passage> {
    const { admission, addresses, metrics } = this.#services;
    const address = addresses.keyOf(request.socket.remoteAddress, request.headers['x-forwarded-for']);
    // A client may vanish while a shared count is asked for.
    socket.on('error', ignore);
    try {
      await admission.request({ address });
      return { kind: 'entered', entry: admission.enter(address) };
    } catch (thrown) {
      const error = CollaborationError.from(thrown);
      metrics.refused(error.kind);
      return { kind: 'refused', answer: answerFor(error) };
    } finally {
      socket.off('error', ignore);
    }
  }
}

function answerFor({ kind, retryAfter }: CollaborationError): string {
  const status = kind === 'rate-limited' ? '429 Too Many Requests' : '503 Service Unavailable';
  return httpAnswer(status, retryAfter === undefined ? '' : `Retry-After: ${retryAfter}\r\n`);
}

function ignore(): void {
  return;
}
