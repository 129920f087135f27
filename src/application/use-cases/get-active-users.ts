import type { CollaborationSession } from '../../domain/entities/collaboration-session.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { UseCaseContext } from './context.ts';

/** The users in a document, one entry a client, in the order they came. Anonymous sessions are no users. */
export function getActiveUsers({ sessions }: UseCaseContext, documentId: DocumentId): readonly CollaborationSession[] {
  const byClient = new Map<string, CollaborationSession>();
  for (const session of sessions.getActiveSessionsByDocument(documentId)) {
    if (session.identity === 'named') byClient.set(session.clientId.value, session);
  }
  return [...byClient.values()];
}
