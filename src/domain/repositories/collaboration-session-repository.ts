import type { CollaborationSession } from '../entities/collaboration-session.ts';
import type { ClientId } from '../value-objects/client-id.ts';
import type { DocumentId } from '../value-objects/document-id.ts';
import type { UserId } from '../value-objects/user-id.ts';

/**
 * The sessions of this node. Synchronous: what it holds is memory, and a door's message must see it as it is now.
 * Every implementation passes `test/contracts/session-repository.ts`.
 */
export interface CollaborationSessionRepository {
  /** @throws CollaborationError `session-exists` when its sessionId is there already. */
  addSession(session: CollaborationSession): void;
  /** The newest session of a client, in `documentId` where given. */
  getSessionByClientId(clientId: ClientId, documentId?: DocumentId): CollaborationSession | undefined;
  /** Sessions of a document that are `Active`, in the order they were added. */
  getActiveSessionsByDocument(documentId: DocumentId): readonly CollaborationSession[];
  /** Every session of a user, in all documents, in the order they were added. */
  getSessionsByUser(userId: UserId): readonly CollaborationSession[];
  /** Puts the session in place of the one with its sessionId. @throws CollaborationError `not-found` */
  updateSession(session: CollaborationSession): void;
  /** The removed session; `undefined` where there was none. */
  removeSession(sessionId: string): CollaborationSession | undefined;
  /** How many different users have an `Active` session in the document. */
  countActiveUsers(documentId: DocumentId): number;
  /** Removes and returns every session that was not seen for `timeout` milliseconds. */
  cleanupExpiredSessions(timeout: number): readonly CollaborationSession[];
}
