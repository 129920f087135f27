import type { Clock } from '../../../application/ports/clock.ts';
import type { CollaborationSession } from '../../../domain/entities/collaboration-session.ts';
import { CollaborationError } from '../../../domain/errors.ts';
import type { CollaborationSessionRepository } from '../../../domain/repositories/collaboration-session-repository.ts';
import type { ClientId } from '../../../domain/value-objects/client-id.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { UserId } from '../../../domain/value-objects/user-id.ts';
import { SessionIndex } from './session-index.ts';

/** The sessions of this node, in memory: a session does not outlive its connection. */
export class MemorySessionRepository implements CollaborationSessionRepository {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, CollaborationSession>();
  readonly #byClient = new SessionIndex((session) => session.clientId.value);
  readonly #byDocument = new SessionIndex((session) => session.documentId.value);
  readonly #byUser = new SessionIndex((session) => session.userId.value);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#sessions.size;
  }

  addSession(session: CollaborationSession): void {
    if (this.#sessions.has(session.sessionId)) {
      throw new CollaborationError('session-exists', 'There is a session with this id already.');
    }
    this.#put(session);
  }

  getSessionByClientId(clientId: ClientId, documentId?: DocumentId): CollaborationSession | undefined {
    const sessions = this.#byClient.get(clientId.value);
    return sessions.findLast((each) => documentId === undefined || each.documentId.value === documentId.value);
  }

  getActiveSessionsByDocument(documentId: DocumentId): readonly CollaborationSession[] {
    return this.#byDocument.get(documentId.value).filter((session) => session.isActive);
  }

  getSessionsByUser(userId: UserId): readonly CollaborationSession[] {
    return this.#byUser.get(userId.value);
  }

  updateSession(session: CollaborationSession): void {
    const before = this.#sessions.get(session.sessionId);
    if (before === undefined) throw new CollaborationError('not-found', 'There is no session with this id.');
    this.#drop(before);
    this.#put(session);
  }

  removeSession(sessionId: string): CollaborationSession | undefined {
    const session = this.#sessions.get(sessionId);
    if (session !== undefined) this.#drop(session);
    return session;
  }

  countActiveUsers(documentId: DocumentId): number {
    const named = this.getActiveSessionsByDocument(documentId).filter((session) => session.identity === 'named');
    return new Set(named.map((session) => session.userId.value)).size;
  }

  cleanupExpiredSessions(timeout: number): readonly CollaborationSession[] {
    const now = this.#clock.now();
    const expired = [...this.#sessions.values()].filter((session) => session.isExpired(timeout, now));
    for (const session of expired) this.#drop(session);
    return expired;
  }

  #put(session: CollaborationSession): void {
    this.#sessions.set(session.sessionId, session);
    this.#byClient.add(session);
    this.#byDocument.add(session);
    this.#byUser.add(session);
  }

  #drop(session: CollaborationSession): void {
    this.#sessions.delete(session.sessionId);
    this.#byClient.remove(session);
    this.#byDocument.remove(session);
    this.#byUser.remove(session);
  }
}
