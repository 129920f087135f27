import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Collaboration } from '../../application/collaboration.ts';
import type { Authenticator, Principal } from '../../application/ports/authenticator.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { Logger } from '../../application/ports/logger.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { GateServices } from '../shared/gate-services.ts';
import { sendError } from './request-limits.ts';

/** What the routes need. */
export interface RouteServices extends GateServices {
  readonly collaboration: Collaboration;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** @throws CollaborationError `unauthenticated` · `rate-limited` */
export async function principalOf(services: RouteServices, request: FastifyRequest): Promise<Principal> {
  const { authenticator, addresses, admission } = services;
  const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const remoteAddress = addresses.clientOf(request.socket.remoteAddress, request.headers['x-forwarded-for']);
  const principal = await authenticator.authenticate({ token, remoteAddress });
  await admission.request({ subject: principal.subject });
  return principal;
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
    return sendError(reply, error);
  }
}
