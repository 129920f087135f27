import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Collaboration } from '../../application/collaboration.ts';
import type { Authenticator, Principal } from '../../application/ports/authenticator.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { Logger } from '../../application/ports/logger.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { bearerToken } from '../shared/bearer-token.ts';

/** What the routes need. */
export interface RouteServices {
  readonly collaboration: Collaboration;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Who asks, by the `Authorization` header, else by `?token=`. @throws CollaborationError as `Authenticator.authenticate` */
export function principalOf({ authenticator }: RouteServices, request: FastifyRequest): Promise<Principal> {
  const { token: inQuery } = request.query as { readonly token?: unknown };
  const token = bearerToken(request.headers.authorization) ?? (typeof inQuery === 'string' ? inQuery : undefined);
  return authenticator.authenticate({ token, remoteAddress: request.ip });
}

const CHALLENGE = 'Bearer realm="yjs-collaboration-server"';

/** Answers with what `work` gives, or with the contract's error as JSON. */
export async function answer(
  { logger }: RouteServices,
  reply: FastifyReply,
  work: () => Promise<object>,
): Promise<FastifyReply> {
  try {
    return reply.send(await work());
  } catch (thrown) {
    const error = CollaborationError.from(thrown);
    if (error.kind === 'internal') logger.error({ err: thrown }, 'A request failed');
    const { code, type } = error.failure;
    // RFC 9110, section 11.6.1: a 401 says how to do better.
    if (error.kind === 'unauthenticated') reply.header('www-authenticate', CHALLENGE);
    return reply.code(code).send({ error: { code, error_type: type, message: error.message } });
  }
}
