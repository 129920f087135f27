import { CollaborationError } from '../../domain/errors.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { Principal } from '../ports/authenticator.ts';
import { checkDeletion } from './check-access.ts';
import type { UseCaseContext } from './context.ts';

/**
 * Deletes a document for good: ends its sessions with `not-found`, and removes all that is stored of it, durably. One
 * that does not exist is no error.
 * @throws CollaborationError `unavailable` when the store fails · as `checkAccess`
 */
export async function deleteDocument(
  context: UseCaseContext,
  principal: Principal,
  documentId: DocumentId,
): Promise<void> {
  await checkDeletion(context, principal, documentId);
  await context.rooms.delete(documentId, new CollaborationError('not-found', 'The document was deleted.'));
  context.metrics.deleted();
  context.logger.info({ document: documentId.value }, 'Deleted a document');
}
