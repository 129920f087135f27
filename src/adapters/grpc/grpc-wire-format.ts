import type { WireFormat } from '../../application/ports/wire-format.ts';
import type { CollaborationEvent } from '../../domain/events.ts';
import { encodeOnce } from '../shared/encode-once.ts';
import { awarenessMessage, updateMessage, userJoinedMessage, userLeftMessage } from './server-messages.ts';

/** Events as serialized `ServerMessage`s. One object a process, so that all streams share what it makes. */
export class GrpcWireFormat implements WireFormat {
  readonly encode = encodeOnce((event) => this.#messages(event));

  #messages(event: CollaborationEvent): readonly Uint8Array[] {
    const documentId = event.documentId.value;
    const clientId = event.clientId.value;
    switch (event.eventType) {
      case 'DocumentUpdated': {
        const { update, sequence } = event;
        return [updateMessage({ documentId, update, originClientId: clientId, sequence }, event.timestamp)];
      }
      case 'UserAwarenessUpdated':
        if (event.cause === 'renewed') return [];
        return event.changes.map((change) => awarenessMessage(documentId, change, event.timestamp));
      case 'UserJoinedDocument':
        return [userJoinedMessage(event.session, event.timestamp)];
      case 'UserLeftDocument':
        return [userLeftMessage(documentId, event.userId.value, clientId, event.timestamp)];
      case 'SessionExpired':
      case 'SyncRequested':
      case 'StatelessMessageSent':
        return [];
    }
  }

  /** A client is told of its own update by the acknowledgement, and of nothing else that it did. */
  echoes(): boolean {
    return false;
  }
}
