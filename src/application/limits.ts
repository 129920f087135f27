import type { ProfileLimits } from '../domain/value-objects/user-profile.ts';
import type { ContentLimits } from './room/room-content.ts';

/** Everything a stranger can grow, bounded. Defaults and config keys stand in runtime/config. Sizes are bytes. */
export interface Limits extends ProfileLimits, ContentLimits {
  /** One update, state vector or awareness message, decoded. */
  readonly maxMessageBytes: number;
  /** Entries of a state vector. */
  readonly maxStateVectorEntries: number;
  /** Sessions of one connection, in all documents. */
  readonly maxSessionsPerConnection: number;
  /** One awareness state, as JSON. */
  readonly maxAwarenessBytes: number;
  /** Awareness states in one message. */
  readonly maxAwarenessEntries: number;
  /** Awareness states that one session may show. */
  readonly maxAwarenessStates: number;
  /** Updates of a document that wait for updates that are missing, and how long each may (milliseconds). */
  readonly maxGapUpdates: number;
  readonly maxGapBytes: number;
  readonly gapTimeout: number;
  /** Bytes of updates up to which a document is encoded on the event loop when it is compacted. */
  readonly compactInlineBytes: number;
  /** Milliseconds between two deliveries to the many sessions of a document. */
  readonly deliveryWindow: number;
  /** Unsent bytes of a connection past which it gets no awareness (half of it) and no updates. */
  readonly maxOutboxBytes: number;
  /** Milliseconds after which a connection that does not drain is closed. */
  readonly outboxTimeout: number;
  /** One stateless message, as UTF-8. */
  readonly maxStatelessBytes: number;
  /** Documents of a Hocuspocus socket that wait for their token; and messages for documents that are not open yet. */
  readonly maxWaitingDocuments: number;
  readonly maxWaitingMessages: number;
  readonly maxWaitingBytes: number;
  /** Milliseconds that a client may take to show its token, where its protocol brings it in a message. */
  readonly tokenTimeout: number;
  /** Faulty messages of one connection before it is ended. */
  readonly maxInvalidMessages: number;
  /** One document, as one update. What takes it past that is refused. */
  readonly maxDocumentBytes: number;
  /** Documents in memory that nobody is in. */
  readonly maxVacantDocuments: number;
  /** Awareness messages of a session in a second; past it the newest state wins. */
  readonly awarenessRate: number;
  /** Characters of a request's target, and of a token. */
  readonly maxUrlLength: number;
  readonly maxTokenLength: number;
  /** Milliseconds that an authentication may take. */
  readonly handshakeTimeout: number;
}
