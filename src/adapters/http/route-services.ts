import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Collaboration } from '../../application/collaboration.ts';
import type { Limits } from '../../application/limits.ts';
import type { Authenticator, Principal } from '../../application/ports/authenticator.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { Logger } from '../../application/ports/logger.ts';
import type { TokenIssuer } from '../../application/ports/token-issuer.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { bearerToken } from '../shared/bearer-token.ts';
import type { GateServices } from '../shared/gate-services.ts';
import { sendError } from './request-limits.ts';

/** What the routes need. */
export interface RouteServices extends GateServices {
  readonly collaboration: Collaboration;
  readonly authenticator: Authenticator;
  /** None where the server has nothing to sign with. */
  readonly tokenIssuer: TokenIssuer | undefined;
  readonly limits: Limits;
  /** Where clients reach the server, where the requests do not tell it. */
  readonly publicUrl: URL | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Who asks, by the token of the request.
 * @throws CollaborationError as `Authenticator.authenticate` · `rate-limited`
 */
export async function principalOf(services: RouteServices, request: FastifyRequest): Promise<Principal> {
  const { authenticator, addresses, admission } = services;
  const remoteAddress = addresses.clientOf(request.socket.remoteAddress, request.headers['x-forwarded-for']);
  const principal = await authenticator.authenticate({ token: tokenOf(request), remoteAddress });
  await admission.request({ subject: principal.subject });
  return principal;
}

/** Of the `Authorization` header, else of `?token=`. */
export function tokenOf(request: FastifyRequest): string | undefined {
  const { token: inQuery } = request.query as { readonly token?: unknown };
  return bearerToken(request.headers.authorization) ?? (typeof inQuery === 'string' ? inQuery : undefined);
}

const CHALLENGE = 'Bearer realm="yjs-collaboration-server"';

/** Answers with what `work` gives, or with the contract's error as JSON. */
export async function answer(
  services: RouteServices,
  reply: FastifyReply,
  work: () => Promise<object | undefined>,
): Promise<FastifyReply> {
  try {
    return reply.send(await work());
  } catch (thrown) {
    return answerError(services, reply, thrown);
  }
}

/** Answers with the contract's error as JSON. */
export function answerError({ logger }: RouteServices, reply: FastifyReply, thrown: unknown): FastifyReply {
  const error = CollaborationError.from(thrown);
  if (error.kind === 'internal') logger.error({ err: thrown }, 'A request failed');
  // RFC 9110, section 11.6.1: a 401 says how to do better.
  if (error.kind === 'unauthenticated') reply.header('www-authenticate', CHALLENGE);
  return sendError(reply, error);
}
