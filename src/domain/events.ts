import type { CollaborationSession } from './entities/collaboration-session.ts';
import type { PresenceChange } from './entities/presence-state.ts';
import type { ClientId } from './value-objects/client-id.ts';
import type { DocumentId } from './value-objects/document-id.ts';
import type { UserId } from './value-objects/user-id.ts';

/** In which document something happened, and by whom: a session, or somebody who has none. */
interface Origin {
  readonly documentId: DocumentId;
  readonly clientId: ClientId;
  readonly userId: UserId;
}

/** What every event of a document has. */
abstract class DocumentEvent {
  readonly documentId: DocumentId;
  readonly clientId: ClientId;
  readonly userId: UserId;
  /** Unix milliseconds. */
  readonly timestamp: number;

  constructor(origin: Origin, timestamp: number) {
    this.documentId = origin.documentId;
    this.clientId = origin.clientId;
    this.userId = origin.userId;
    this.timestamp = timestamp;
  }

  /** Whether this user caused it. */
  involvesUser(userId: UserId): boolean {
    return this.userId.value === userId.value;
  }
}

export class UserJoinedDocument extends DocumentEvent {
  readonly eventType = 'UserJoinedDocument';
  readonly session: CollaborationSession;

  constructor(session: CollaborationSession, timestamp: number) {
    super(session, timestamp);
    this.session = session;
  }
}

export class UserLeftDocument extends DocumentEvent {
  readonly eventType = 'UserLeftDocument';
}

export class DocumentUpdated extends DocumentEvent {
  readonly eventType = 'DocumentUpdated';
  /** Yjs update, encoding v1, as it came in. */
  readonly update: Uint8Array;
  readonly sequence: number;

  constructor(session: CollaborationSession, timestamp: number, update: Uint8Array, sequence: number) {
    super(session, timestamp);
    this.update = update;
    this.sequence = sequence;
  }
}

export class UserAwarenessUpdated extends DocumentEvent {
  readonly eventType = 'UserAwarenessUpdated';
  readonly changes: readonly PresenceChange[];
  /** `renewed`: the same states with a higher clock, which only y-protocols clients need to hear. */
  readonly cause: 'changed' | 'renewed';

  constructor(
    session: CollaborationSession,
    timestamp: number,
    changes: readonly PresenceChange[],
    cause: 'changed' | 'renewed' = 'changed',
  ) {
    super(session, timestamp);
    this.changes = changes;
    this.cause = cause;
  }
}

export class SessionExpired extends DocumentEvent {
  readonly eventType = 'SessionExpired';
}

export class SyncRequested extends DocumentEvent {
  readonly eventType = 'SyncRequested';
}

/** A message to those who are in the document now; nothing of it is kept. */
export class StatelessMessageSent extends DocumentEvent {
  readonly eventType = 'StatelessMessageSent';
  readonly payload: string;

  constructor(origin: Origin, timestamp: number, payload: string) {
    super(origin, timestamp);
    this.payload = payload;
  }
}

export type CollaborationEvent =
  | UserJoinedDocument
  | UserLeftDocument
  | DocumentUpdated
  | UserAwarenessUpdated
  | SessionExpired
  | SyncRequested
  | StatelessMessageSent;
