import type { handleUnaryCall, ServerUnaryCall } from '@grpc/grpc-js';
import type { Principal } from '../../application/ports/authenticator.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { ClientId } from '../../domain/value-objects/client-id.ts';
import { DocumentId } from '../../domain/value-objects/document-id.ts';
import { originOf } from './call-gate.ts';
import { credentialsOf } from './credentials.ts';
import type {
  ActiveUsersRequest,
  ActiveUsersResponse,
  DocumentStateRequest,
  DocumentStateResponse,
} from './messages.ts';
import { activeUser } from './server-messages.ts';
import type { GrpcServices } from './services.ts';
import { statusOf } from './status.ts';
import { wellFormed } from './well-formed.ts';

type Answer<Request, Response> = (services: GrpcServices, principal: Principal, request: Request) => Promise<Response>;

export async function getDocumentState(
  { collaboration }: GrpcServices,
  principal: Principal,
  request: DocumentStateRequest,
): Promise<DocumentStateResponse> {
  const documentId = DocumentId.parse(request.document_id);
  ClientId.parse(request.client_id);
  const state = await collaboration.getDocumentState(principal, documentId);
  return {
    document_state: {
      state_vector: state.stateVector,
      document_data: state.documentData,
      active_users: state.activeUsers.map(activeUser),
      last_modified: state.lastModified,
      quarantine: state.quarantine && wellFormed(state.quarantine),
    },
  };
}

export async function getActiveUsers(
  { collaboration }: GrpcServices,
  principal: Principal,
  request: ActiveUsersRequest,
): Promise<ActiveUsersResponse> {
  const documentId = DocumentId.parse(request.document_id);
  const users = await collaboration.peekActiveUsers(principal, documentId);
  return { active_users: users.map(activeUser) };
}

/** @throws CollaborationError `rate-limited` · as `Authenticator.authenticate` */
async function authenticated(services: GrpcServices, call: ServerUnaryCall<unknown, unknown>): Promise<Principal> {
  const { admission, addresses, authenticator } = services;
  const origin = originOf(call, addresses);
  await admission.request({ address: origin.key });
  const principal = await authenticator.authenticate(credentialsOf(call, origin.address));
  await admission.request({ subject: principal.subject });
  return principal;
}

/** A unary RPC: authenticates, answers, and turns what was thrown into a status. */
export function unary<Request, Response>(
  services: GrpcServices,
  answer: Answer<Request, Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    authenticated(services, call)
      .then((principal) => answer(services, principal, call.request))
      .then(
        (response) => callback(null, response),
        (thrown: unknown) => {
          const error = CollaborationError.from(thrown);
          if (error.kind === 'internal') services.logger.error({ err: thrown, rpc: call.getPath() }, 'An RPC failed');
          services.metrics.refused(error.kind);
          callback(statusOf(error));
        },
      );
  };
}
