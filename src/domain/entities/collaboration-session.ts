import type { ClientId } from '../value-objects/client-id.ts';
import type { DocumentId } from '../value-objects/document-id.ts';
import type { UserId } from '../value-objects/user-id.ts';
import type { UserProfile } from '../value-objects/user-profile.ts';

export type SessionStatus = 'Active' | 'Offline' | 'Disconnected';

/**
 * Whether somebody said who it is. An anonymous session edits like any other, but is nobody's: it is not announced to
 * others and counts as no user.
 */
export type SessionIdentity = 'named' | 'anonymous';

export interface SessionStart {
  /** A UUID. */
  readonly sessionId: string;
  readonly documentId: DocumentId;
  readonly clientId: ClientId;
  readonly identity: SessionIdentity;
  readonly profile: UserProfile;
  /** Unix milliseconds. */
  readonly now: number;
}

/** One client in one document over one connection. Times are Unix milliseconds, timeouts milliseconds. */
export class CollaborationSession {
  readonly sessionId: string;
  readonly documentId: DocumentId;
  readonly clientId: ClientId;
  readonly identity: SessionIdentity;
  readonly profile: UserProfile;
  readonly createdAt: number;
  #lastSeenAt: number;
  #status: SessionStatus = 'Active';

  constructor(start: SessionStart) {
    this.sessionId = start.sessionId;
    this.documentId = start.documentId;
    this.clientId = start.clientId;
    this.identity = start.identity;
    this.profile = start.profile;
    this.createdAt = start.now;
    this.#lastSeenAt = start.now;
  }

  get userId(): UserId {
    return this.profile.userId;
  }

  get userName(): string {
    return this.profile.userName;
  }

  get userColor(): string {
    return this.profile.userColor;
  }

  get userMetadata(): Readonly<Record<string, string>> {
    return this.profile.userMetadata;
  }

  get lastSeenAt(): number {
    return this.#lastSeenAt;
  }

  get status(): SessionStatus {
    return this.#status;
  }

  get isActive(): boolean {
    return this.#status === 'Active';
  }

  /** The client was heard of: an Offline session is Active again; one whose transport broke stays Disconnected. */
  updateLastSeen(now: number): void {
    this.#lastSeenAt = now;
    if (this.#status === 'Offline') this.#status = 'Active';
  }

  setStatus(status: SessionStatus): void {
    this.#status = status;
  }

  isExpired(timeout: number, now: number): boolean {
    return now - this.#lastSeenAt > timeout;
  }

  /** Not heard of for half the timeout: shown as away, not yet given up. */
  isStale(timeout: number, now: number): boolean {
    return now - this.#lastSeenAt > timeout / 2;
  }

  /** Milliseconds since it began. */
  duration(now: number): number {
    return now - this.createdAt;
  }

  /** The same session, now that its user is known. */
  identifiedAs(profile: UserProfile, clientId: ClientId): CollaborationSession {
    const session = new CollaborationSession({
      sessionId: this.sessionId,
      documentId: this.documentId,
      clientId,
      identity: 'named',
      profile,
      now: this.createdAt,
    });
    session.#lastSeenAt = this.#lastSeenAt;
    session.#status = this.#status;
    return session;
  }
}
