import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CollaborationError } from '../../domain/errors.ts';
import { answerError, type RouteServices } from './route-services.ts';

/** Lets routes of `app` have bodies of any type as bytes, and tells what is wrong with one as the contract has it. */
export function takeRawBodies(app: FastifyInstance, services: RouteServices): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((cause, _request, reply) => answerError(services, reply, translated(cause)));
}

/** No bytes where a request has no body. */
export function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** A hook that refuses a request before its body is read. */
export function beforeBody(services: RouteServices, check: (request: FastifyRequest) => Promise<void>) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    try {
      await check(request);
      return undefined;
    } catch (thrown) {
      // What is left of the body is not read: the connection cannot be used again.
      reply.header('connection', 'close');
      return answerError(services, reply, thrown);
    }
  };
}

function translated(cause: unknown): unknown {
  if (cause instanceof CollaborationError || !(cause instanceof Error)) return cause;
  const { statusCode } = cause as { readonly statusCode?: unknown };
  if (statusCode === 413) return new CollaborationError('too-large', 'The body is too large.', cause);
  const isClients = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
  return isClients ? new CollaborationError('invalid', cause.message, cause) : cause;
}
