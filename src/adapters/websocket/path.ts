import { CollaborationError } from '../../domain/errors.ts';
import { DocumentId } from '../../domain/value-objects/document-id.ts';

/** Where an upgrade leads: the JSON door, a document of a y-websocket provider, or nowhere. */
export type Destination =
  | { readonly kind: 'json'; readonly token: string | undefined }
  | { readonly kind: 'document'; readonly documentId: DocumentId; readonly token: string | undefined }
  | { readonly kind: 'invalid'; readonly error: CollaborationError; readonly token: string | undefined }
  | { readonly kind: 'nowhere' };

/**
 * Reads a request's target. A provider puts the document's name into the path as it is, so it may hold slashes and
 * need not be URI-encoded; one that is, is decoded.
 */
export function destinationOf(target: string): Destination {
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  const token = query < 0 ? undefined : (new URLSearchParams(target.slice(query + 1)).get('token') ?? undefined);
  if (path === '/ws' || path === '/ws/' || path === '/') return { kind: 'json', token };
  if (!path.startsWith('/ws/')) return { kind: 'nowhere' };
  try {
    return { kind: 'document', documentId: DocumentId.parse(decoded(path.slice('/ws/'.length))), token };
  } catch (thrown) {
    return { kind: 'invalid', error: CollaborationError.from(thrown), token };
  }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    // A name with a bare percent sign was not encoded at all.
    return name;
  }
}
