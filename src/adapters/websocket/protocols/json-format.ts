import type { WireFormat } from '../../../application/ports/wire-format.ts';
import type { CollaborationSession } from '../../../domain/entities/collaboration-session.ts';
import type { PresenceChange } from '../../../domain/entities/presence-state.ts';
import type { CollaborationError } from '../../../domain/errors.ts';
import type { CollaborationEvent } from '../../../domain/events.ts';
import { encodeOnce } from '../../shared/encode-once.ts';
import { base64, encodeJson, type JsonAnswer } from './json-codec.ts';

/** How the JSON contract spells events of a document. */
export const JSON_FORMAT: WireFormat = {
  encode: encodeOnce((event) => answersTo(event).map(encodeJson)),
  echoes: () => false,
};

/** A user in a document, as `joined` and `user_joined` show it. */
export function userData(session: CollaborationSession): Readonly<Record<string, unknown>> {
  return {
    user_id: session.userId.value,
    user_name: session.userName,
    user_color: session.userColor,
    client_id: session.clientId.value,
    last_seen: session.lastSeenAt,
    user_metadata: session.userMetadata,
  };
}

export function awarenessAnswer(documentId: string, change: PresenceChange): JsonAnswer {
  const data = { client_id: change.clientId, state: JSON.parse(change.state) as unknown };
  return { type: 'awareness', doc_id: documentId, data };
}

export function errorAnswer(documentId: string | undefined, error: CollaborationError): JsonAnswer {
  const { code, type } = error.failure;
  const data = { code, error_type: type, message: error.message };
  return { type: 'error', ...(documentId === undefined ? {} : { doc_id: documentId }), data };
}

function answersTo(event: CollaborationEvent): readonly JsonAnswer[] {
  const doc_id = event.documentId.value;
  const client_id = event.clientId.value;
  switch (event.eventType) {
    case 'DocumentUpdated': {
      const data = { client_id, sequence_number: event.sequence };
      return [{ type: 'update', doc_id, update: base64(event.update), data }];
    }
    case 'UserAwarenessUpdated':
      return event.cause === 'renewed' ? [] : event.changes.map((change) => awarenessAnswer(doc_id, change));
    case 'UserJoinedDocument':
      return [{ type: 'user_joined', doc_id, data: userData(event.session) }];
    case 'UserLeftDocument':
      return [{ type: 'user_left', doc_id, data: { user_id: event.userId.value, client_id } }];
    case 'SessionExpired':
    case 'SyncRequested':
    case 'StatelessMessageSent':
      return [];
  }
}
