import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CollaborationError } from '../../domain/errors.ts';
import { DocumentId } from '../../domain/value-objects/document-id.ts';
import { beforeBody, bodyOf, takeRawBodies } from './raw-body.ts';
import { answer, principalOf, type RouteServices } from './route-services.ts';
import { clientTokenFor } from './y-sweet-token.ts';

type Params = { Params: { '*': string } };

const NOTHING = new Uint8Array();

/** Bytes of a JSON body. */
const MAX_JSON = 64 * 1024;

/**
 * What y-sweet's client and SDK ask for (y-sweet/js-pkg/sdk/src/main.ts and connection.ts): `POST /doc/new`,
 * `POST /doc/<id>/auth`, `GET /d/<id>/as-update`, `POST /d/<id>/update`. Ids are URI-encoded, or as they are. A document
 * needs no making: any id names one.
 */
export function ySweetRoutes(app: FastifyInstance, services: RouteServices): void {
  app.register(async (scope) => {
    takeRawBodies(scope, services);
    scope.post('/doc/new', { bodyLimit: MAX_JSON }, (request, reply) =>
      answer(services, reply, () => newDocument(services, request)),
    );
    scope.post<Params>('/doc/*', { bodyLimit: MAX_JSON }, (request, reply) =>
      answer(services, reply, async () =>
        clientTokenFor(services, request, documentOf(request, '/auth'), jsonOf(request)),
      ),
    );
    contentRoutes(scope, services);
  });
}

function contentRoutes(scope: FastifyInstance, services: RouteServices): void {
  const { collaboration, limits } = services;
  scope.get<Params>('/d/*', (request, reply) =>
    answer(services, reply, async () => {
      const id = documentOf(request, '/as-update');
      const principal = await principalOf(services, request);
      const { update, quarantine } = await collaboration.peekSyncData(principal, id, NOTHING);
      if (quarantine !== undefined) reply.header('x-collaboration-quarantine', inAscii(quarantine));
      reply.type('application/octet-stream');
      return Buffer.from(update.buffer, update.byteOffset, update.byteLength);
    }),
  );
  const onRequest = beforeBody(services, async (request) => {
    const access = await collaboration.accessTo(await principalOf(services, request), documentOf(request, '/update'));
    if (access === 'read') throw new CollaborationError('forbidden', 'You may only read this document.');
  });
  scope.post<Params>('/d/*', { bodyLimit: limits.maxMessageBytes, onRequest }, (request, reply) =>
    answer(services, reply, async () => {
      const principal = await principalOf(services, request);
      await collaboration.writeDocument(principal, documentOf(request, '/update'), bodyOf(request));
      return undefined;
    }),
  );
}

async function newDocument(services: RouteServices, request: FastifyRequest): Promise<{ docId: string }> {
  const { docId = randomUUID() } = jsonOf(request);
  const documentId = DocumentId.parse(docId);
  await services.collaboration.accessTo(await principalOf(services, request), documentId);
  return { docId: documentId.value };
}

/** Node refuses other characters in a header. */
function inAscii(text: string): string {
  return text.replace(/[^ -~]/g, '?');
}

function documentOf(request: FastifyRequest, suffix: string): DocumentId {
  const path = (request.params as Params['Params'])['*'];
  if (!path.endsWith(suffix)) throw new CollaborationError('not-found', 'There is nothing here.');
  return DocumentId.parse(path.slice(0, -suffix.length));
}

/** @throws CollaborationError `invalid` when the body is no JSON object; none counts as one without members */
function jsonOf(request: FastifyRequest): Readonly<Record<string, unknown>> {
  const body = bodyOf(request);
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new CollaborationError('invalid', 'The body must be JSON.', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CollaborationError('invalid', 'The body must be a JSON object.');
  }
  return value as Readonly<Record<string, unknown>>;
}
