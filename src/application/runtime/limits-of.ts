import type { Limits } from '../limits.ts';
import type { Settings } from './config/keys.ts';

export function limitsOf(settings: Settings): Limits {
  return {
    maxMessageBytes: settings.MAX_MESSAGE_BYTES,
    maxStateVectorEntries: settings.MAX_STATE_VECTOR_ENTRIES,
    maxSessionsPerConnection: settings.MAX_SESSIONS_PER_CONNECTION,
    maxAwarenessBytes: settings.MAX_AWARENESS_BYTES,
    maxAwarenessStates: settings.MAX_AWARENESS_STATES,
    maxAwarenessEntries: settings.MAX_AWARENESS_ENTRIES,
    maxGapUpdates: settings.MAX_GAP_UPDATES,
    maxGapBytes: settings.MAX_GAP_BYTES,
    gapTimeout: settings.GAP_TIMEOUT_MS,
    releaseUnread: settings.RELEASE_UNREAD_MS,
    releaseUnedited: settings.RELEASE_UNEDITED_MS,
    compactInlineBytes: settings.COMPACT_INLINE_BYTES,
    deliveryWindow: settings.DELIVERY_WINDOW_MS,
    maxOutboxBytes: settings.MAX_OUTBOX_BYTES,
    outboxTimeout: settings.OUTBOX_TIMEOUT_MS,
    maxStatelessBytes: settings.MAX_STATELESS_BYTES,
    maxWaitingDocuments: settings.MAX_WAITING_DOCUMENTS,
    maxWaitingMessages: settings.MAX_WAITING_MESSAGES,
    maxWaitingBytes: settings.MAX_WAITING_BYTES,
    tokenTimeout: settings.AUTH_TIMEOUT_MS,
    maxInvalidMessages: settings.MAX_INVALID_MESSAGES,
    maxDocumentBytes: settings.MAX_DOCUMENT_BYTES,
    maxVacantDocuments: settings.MAX_VACANT_DOCUMENTS,
    awarenessRate: settings.AWARENESS_RATE,
    maxUrlLength: settings.MAX_URL_LENGTH,
    maxTokenLength: settings.MAX_TOKEN_BYTES,
    handshakeTimeout: settings.HANDSHAKE_TIMEOUT_MS,
    maxNameLength: settings.MAX_NAME_LENGTH,
    maxMetadataEntries: settings.MAX_METADATA_ENTRIES,
    maxMetadataLength: settings.MAX_METADATA_LENGTH,
  };
}
