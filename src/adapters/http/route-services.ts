import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Collaboration } from '../../application/collaboration.ts';
import type { Authenticator, Principal } from '../../application/ports/authenticator.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { Logger } from '../../application/ports/logger.ts';
import { CollaborationError } from '../../domain/errors.ts';

/** What the routes need. */
export interface RouteServices {
  readonly collaboration: Collaboration;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** @throws CollaborationError `unauthenticated` */
export function principalOf({ authenticator }: RouteServices, request: FastifyRequest): Promise<Principal> {
  const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return authenticator.authenticate({ token, remoteAddress: request.ip });
}

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
    return reply.code(code).send({ error: { code, error_type: type, message: error.message } });
  }
}
