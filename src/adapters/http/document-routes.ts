import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CollaborationSession } from '../../domain/entities/collaboration-session.ts';
import { DocumentId } from '../../domain/value-objects/document-id.ts';
import { UserId } from '../../domain/value-objects/user-id.ts';
import { answer, principalOf, type RouteServices } from './route-services.ts';

/**
 * What an operator asks: `GET /documents/<id>`, what is known of a document and who is in it, without its content ·
 * `DELETE /documents/<id>`, deletes it for good; 204 also where there was none · `GET /users/<id>`, where a user is. Ids are URI-encoded, or as they are where they hold nothing but slashes.
 */
export function documentRoutes(app: FastifyInstance, services: RouteServices): void {
  app.get<{ Params: { '*': string } }>('/documents/*', (request, reply) =>
    answer(services, reply, () => describeDocument(services, request, request.params['*'])),
  );
  app.delete<{ Params: { '*': string } }>('/documents/*', (request, reply) =>
    answer(services, reply, async () => {
      const principal = await principalOf(services, request);
      await services.collaboration.deleteDocument(principal, DocumentId.parse(request.params['*']));
      reply.code(204);
      return undefined;
    }),
  );
  app.get<{ Params: { '*': string } }>('/users/*', (request, reply) =>
    answer(services, reply, () => describeUser(services, request, request.params['*'])),
  );
}

async function describeDocument(services: RouteServices, request: FastifyRequest, rawId: string): Promise<object> {
  const { collaboration } = services;
  const id = DocumentId.parse(rawId);
  const state = await collaboration.getDocumentState(await principalOf(services, request), id);
  return {
    document_id: id.value,
    name: id.name,
    parent: id.parent?.value ?? null,
    is_root: id.isRoot,
    sequence_number: state.sequence,
    last_modified: state.lastModified,
    size_bytes: state.documentData.byteLength,
    quarantine: state.quarantine ?? null,
    active_user_count: collaboration.countActiveUsers(id),
    active_users: state.activeUsers.map(describeSession),
  };
}

async function describeUser(services: RouteServices, request: FastifyRequest, rawId: string): Promise<object> {
  const id = UserId.parse(rawId);
  const now = services.clock.now();
  const sessions = await services.collaboration.getUserSessions(await principalOf(services, request), id);
  return {
    user_id: id.value,
    username: id.username,
    is_email: id.isEmailFormat,
    domain: id.domain ?? null,
    sessions: sessions.map((session) => ({
      document_id: session.documentId.value,
      ...describeSession(session),
      duration_ms: session.duration(now),
    })),
  };
}

function describeSession(session: CollaborationSession): object {
  return {
    user_id: session.userId.value,
    user_name: session.userName,
    user_color: session.userColor,
    client_id: session.clientId.value,
    status: session.status,
    last_seen: session.lastSeenAt,
  };
}
