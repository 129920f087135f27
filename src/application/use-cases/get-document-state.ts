import type { CollaborationSession } from '../../domain/entities/collaboration-session.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { Principal } from '../ports/authenticator.ts';
import { checkAccess } from './check-access.ts';
import type { UseCaseContext } from './context.ts';
import { getActiveUsers } from './get-active-users.ts';

export interface DocumentState {
  /** Encoding v1. */
  readonly stateVector: Uint8Array;
  /** The full state as one Yjs update, encoding v1. */
  readonly documentData: Uint8Array;
  readonly activeUsers: readonly CollaborationSession[];
  /** Unix milliseconds; 0 where nothing was ever written. */
  readonly lastModified: number;
  readonly sequence: number;
  /** Why this is not all of it and nobody may write, where the document is damaged. */
  readonly quarantine: string | undefined;
}

/** The state vector of somebody who has nothing. */
const NOTHING = new Uint8Array([0]);

/**
 * The whole state of a document.
 * @throws CollaborationError `not-found` when it was never written and nobody is in it · `damaged` when nothing of it
 * can be read · `unavailable` · as `checkAccess`
 */
export async function getDocumentState(
  context: UseCaseContext,
  principal: Principal,
  documentId: DocumentId,
): Promise<DocumentState> {
  await checkAccess(context, principal, documentId);
  const room = await context.rooms.open(documentId);
  if (room.condition.kind === 'intact' && room.sequence === 0 && room.members.size === 0) {
    throw new CollaborationError('not-found', 'There is no such document: it was never written and nobody is in it.');
  }
  const documentData = await room.missingUpdates(NOTHING);
  return {
    stateVector: room.stateVector,
    documentData,
    activeUsers: getActiveUsers(context, documentId),
    lastModified: room.lastModified,
    sequence: room.sequence,
    quarantine: room.quarantine,
  };
}
