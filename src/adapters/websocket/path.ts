import { CollaborationError } from '../../domain/errors.ts';
import { DocumentId } from '../../domain/value-objects/document-id.ts';

/**
 * Where an upgrade leads: to what names its documents in its messages (JSON, Hocuspocus), a document of a y-websocket
 * provider or of a y-sweet client, or nowhere.
 */
export type Destination =
  | { readonly kind: 'json'; readonly token: string | undefined }
  | { readonly kind: 'document' | 'y-sweet'; readonly documentId: DocumentId; readonly token: string | undefined }
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
  const kind = path.startsWith('/ws/') ? 'document' : path.startsWith('/d/') ? 'y-sweet' : undefined;
  if (kind === undefined) return { kind: 'nowhere' };
  const name = kind === 'document' ? decoded(path.slice('/ws/'.length)) : ySweetName(path.slice('/d/'.length));
  if (name === undefined) return { kind: 'nowhere' };
  try {
    return { kind, documentId: DocumentId.parse(name), token };
  } catch (thrown) {
    return { kind: 'invalid', error: CollaborationError.from(thrown), token };
  }
}

/**
 * The document of `<id>/ws/<id>`. A y-sweet client gets the first part from the server, and adds the second itself, not
 * always URI-encoded; both name the same document. Nothing where they do not.
 */
function ySweetName(path: string): string | undefined {
  for (let at = path.indexOf(BETWEEN); at >= 0; at = path.indexOf(BETWEEN, at + 1)) {
    const name = decoded(path.slice(0, at));
    const repeated = path.slice(at + BETWEEN.length);
    if (repeated === name || decoded(repeated) === name) return name;
  }
  return undefined;
}

const BETWEEN = '/ws/';

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    // A name with a bare percent sign was not encoded at all.
    return name;
  }
}
