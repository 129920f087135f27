import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CollaborationError } from '../../domain/errors.ts';
import { DocumentId } from '../../domain/value-objects/document-id.ts';
import { beforeBody, bodyOf, takeRawBodies } from './raw-body.ts';
import { answer, principalOf, type RouteServices } from './route-services.ts';

const SUFFIX = '/stateless';

type Params = { Params: { '*': string } };

/**
 * `POST /documents/<id>/stateless`: a message to every Hocuspocus provider that has the document open. The body is the
 * payload as it stands, whatever its type: UTF-8. Nobody says whether it arrived.
 */
export function statelessRoutes(app: FastifyInstance, services: RouteServices): void {
  app.register(async (scope) => {
    takeRawBodies(scope, services);
    const onRequest = beforeBody(services, async (request) => {
      await services.collaboration.accessTo(await principalOf(services, request), documentOf(request));
    });
    const bodyLimit = services.limits.maxStatelessBytes;
    scope.post<Params>('/documents/*', { bodyLimit, onRequest }, (request, reply) =>
      answer(services, reply, async () => {
        const principal = await principalOf(services, request);
        await services.collaboration.broadcastStateless(principal, documentOf(request), textOf(bodyOf(request)));
        reply.code(204);
        return undefined;
      }),
    );
  });
}

function documentOf(request: FastifyRequest): DocumentId {
  const path = (request.params as Params['Params'])['*'];
  if (!path.endsWith(SUFFIX)) throw new CollaborationError('not-found', 'There is nothing to post to here.');
  return DocumentId.parse(path.slice(0, -SUFFIX.length));
}

function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch (cause) {
    throw new CollaborationError('invalid', 'The body is not UTF-8.', cause);
  }
}
