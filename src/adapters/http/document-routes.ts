import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Collaboration } from '../../application/collaboration.ts';
import type { Authenticator } from '../../application/ports/authenticator.ts';
import type { Logger } from '../../application/ports/logger.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { DocumentId } from '../../domain/value-objects/document-id.ts';

export interface DocumentRoutesOptions {
  readonly collaboration: Collaboration;
  readonly authenticator: Authenticator;
  readonly logger: Logger;
}

/**
 * `GET /documents/<id>`: what is known of a document and who is in it, without its content; the id is URI-encoded, or
 * as it is where it holds slashes only.
 */
export function documentRoutes(app: FastifyInstance, options: DocumentRoutesOptions): void {
  app.get<{ Params: { '*': string } }>('/documents/*', async (request, reply) => {
    try {
      return await describe(options, request, DocumentId.parse(request.params['*']));
    } catch (thrown) {
      return fail(options, reply, thrown);
    }
  });
}

async function describe(
  { collaboration, authenticator }: DocumentRoutesOptions,
  request: FastifyRequest,
  id: DocumentId,
) {
  const principal = await authenticator.authenticate({ token: bearer(request), remoteAddress: request.ip });
  const state = await collaboration.getDocumentState(principal, id);
  return {
    document_id: id.value,
    name: id.name,
    parent: id.parent?.value ?? null,
    is_root: id.isRoot,
    sequence_number: state.sequence,
    last_modified: state.lastModified,
    size_bytes: state.documentData.byteLength,
    active_users: state.activeUsers.map((session) => ({
      user_id: session.userId.value,
      user_name: session.userName,
      user_color: session.userColor,
      client_id: session.clientId.value,
      status: session.status,
      last_seen: session.lastSeenAt,
    })),
  };
}

function fail({ logger }: DocumentRoutesOptions, reply: FastifyReply, thrown: unknown): FastifyReply {
  const error = CollaborationError.from(thrown);
  if (error.kind === 'internal') logger.error({ err: thrown }, 'A request failed');
  const { code, type } = error.failure;
  return reply.code(code).send({ error: { code, error_type: type, message: error.message } });
}

function bearer(request: FastifyRequest): string | undefined {
  return /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
