import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Limits } from '../../application/limits.ts';
import type { Metrics } from '../../application/ports/metrics.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { GateServices } from '../shared/gate-services.ts';

export interface RequestLimits extends GateServices {
  readonly limits: Pick<Limits, 'maxUrlLength'>;
  readonly metrics: Pick<Metrics, 'limitReached' | 'refused'>;
}

/** Whoever asks these has to be answered, and it costs nothing. */
const ALWAYS = new Set(['/health', '/health/live', '/health/ready']);

/** What holds for every request: its length, how many there are, and which pages may read the answer. */
export function limitRequests(app: FastifyInstance, services: RequestLimits): void {
  const { limits, metrics, admission, origins } = services;
  app.addHook('onRequest', async (request, reply) => {
    sayWhoMayRead(request, reply, services);
    if (request.url.length > limits.maxUrlLength) {
      metrics.limitReached('MAX_URL_LENGTH');
      return reply.code(414).send({ error: { code: 414, message: 'The URL is too long.' } });
    }
    if (ALWAYS.has(request.url)) return undefined;
    try {
      await admission.request({ address: addressOf(services, request) });
    } catch (thrown) {
      const error = CollaborationError.from(thrown);
      metrics.refused(error.kind);
      return sendError(reply, error);
    }
    if (request.method !== 'OPTIONS') return undefined;
    const isAllowed = origins.allows(request.headers.origin);
    if (!isAllowed) metrics.limitReached('ALLOWED_ORIGINS');
    return reply.code(isAllowed ? 204 : 403).send();
  });
}

/** The key under which the client is limited. */
function addressOf({ addresses }: Pick<GateServices, 'addresses'>, request: FastifyRequest): string | undefined {
  return addresses.keyOf(request.socket.remoteAddress, request.headers['x-forwarded-for']);
}

/** The contract's error as JSON. */
export function sendError(reply: FastifyReply, { failure, message, retryAfter }: CollaborationError): FastifyReply {
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  return reply.code(failure.code).send({ error: { code: failure.code, error_type: failure.type, message } });
}

/** Fetch standard, "CORS protocol". No cookies are used, so none are asked for. */
function sayWhoMayRead({ headers, method }: FastifyRequest, reply: FastifyReply, { origins }: GateServices): void {
  const allowed = origins.headerFor(headers.origin);
  if (allowed !== '*') reply.header('vary', 'Origin');
  if (allowed === undefined) return;
  reply.header('access-control-allow-origin', allowed);
  reply.header('access-control-expose-headers', 'Retry-After');
  if (method !== 'OPTIONS') return;
  reply.header('access-control-allow-methods', 'GET, POST, DELETE, OPTIONS');
  reply.header('access-control-allow-headers', 'Authorization, Content-Type');
  reply.header('access-control-max-age', '600');
}
