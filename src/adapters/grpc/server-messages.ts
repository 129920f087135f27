import type { Ticket } from '../../application/connection/acknowledgements.ts';
import type { CollaborationSession } from '../../domain/entities/collaboration-session.ts';
import type { PresenceChange } from '../../domain/entities/presence-state.ts';
import type { CollaborationError } from '../../domain/errors.ts';
import type { ActiveUser, DocumentStateMessage, JoinDocument } from './messages.ts';
import { encodeServerMessage } from './proto.ts';
import { wellFormed } from './well-formed.ts';

/** Each function makes one serialized `ServerMessage`. `now` is Unix milliseconds. */

export type ShownState = Pick<PresenceChange, 'clientId' | 'userInfo' | 'awarenessState'>;

export function awarenessMessage(documentId: string, change: ShownState, now: number): Uint8Array {
  const awareness = {
    client_id: change.clientId,
    user_info: wellFormed(change.userInfo),
    awareness_state: wellFormed(change.awarenessState),
    timestamp: now,
  };
  return encodeServerMessage({ document_id: documentId, timestamp: now, awareness });
}

export function userJoinedMessage(session: CollaborationSession, now: number): Uint8Array {
  const user_joined = { ...userOf(session), client_id: session.clientId.value };
  return encodeServerMessage({ document_id: session.documentId.value, timestamp: now, user_joined });
}

export function userLeftMessage(documentId: string, userId: string, clientId: string, now: number): Uint8Array {
  return encodeServerMessage({
    document_id: documentId,
    timestamp: now,
    user_left: { user_id: userId, client_id: clientId },
  });
}

export interface UpdateFields {
  readonly documentId: string;
  /** Yjs update, encoding v1. */
  readonly update: Uint8Array;
  /** Empty where the update holds what several clients wrote. */
  readonly originClientId: string;
  readonly sequence: number;
}

export function updateMessage({ documentId, update, originClientId, sequence }: UpdateFields, now: number): Uint8Array {
  return encodeServerMessage({
    document_id: documentId,
    timestamp: now,
    update: { update_data: update, origin_client_id: originClientId, sequence_number: sequence },
  });
}

/** An `update` without data: the client's own is on disk. */
export function acknowledgementMessage({ documentId, clientId, sequence }: Ticket, now: number): Uint8Array {
  const update = { origin_client_id: clientId, sequence_number: sequence };
  return encodeServerMessage({ document_id: documentId, timestamp: now, update });
}

export function syncResponseMessage(documentId: string, update: Uint8Array, now: number): Uint8Array {
  return encodeServerMessage({ document_id: documentId, timestamp: now, sync_response: { update_data: update } });
}

export function documentStateMessage(documentId: string, state: DocumentStateMessage, now: number): Uint8Array {
  return encodeServerMessage({ document_id: documentId, timestamp: now, document_state: state });
}

/** @param documentId empty where the error is about the whole stream */
export function errorMessage(documentId: string, { failure, message }: CollaborationError, now: number): Uint8Array {
  const error = { error_code: failure.code, error_message: wellFormed(message), error_type: failure.type };
  return encodeServerMessage({ document_id: documentId, timestamp: now, error });
}

export function activeUser(session: CollaborationSession): ActiveUser {
  return { ...userOf(session), client_id: session.clientId.value, last_seen: session.lastSeenAt };
}

function userOf({ userId, userName, userColor, userMetadata }: CollaborationSession): JoinDocument {
  const metadata = Object.entries(userMetadata).map(([key, value]) => [wellFormed(key), wellFormed(value)] as const);
  return {
    user_id: userId.value,
    user_name: wellFormed(userName),
    user_color: wellFormed(userColor),
    user_metadata: Object.fromEntries(metadata),
  };
}
