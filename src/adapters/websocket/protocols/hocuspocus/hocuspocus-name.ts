import { invalid } from '../../../../domain/codecs/byte-reader.ts';
import { ClientId } from '../../../../domain/value-objects/client-id.ts';
import { DocumentId } from '../../../../domain/value-objects/document-id.ts';

/** Between the document and the session, where a provider has several sessions of a document on one socket. */
const SEPARATOR = '\u0000';

/**
 * The document that a frame's name stands for: `document` or `document\0session`.
 * @throws CollaborationError `invalid` for what is no document id, and for a session that would be none as a client id
 */
export function documentOf(name: string): DocumentId {
  const cut = name.indexOf(SEPARATOR);
  if (cut < 0) return DocumentId.parse(name);
  const session = name.slice(cut + 1);
  if (ClientId.parse(session).value !== session) throw invalid('The session in a name begins or ends with a blank.');
  return DocumentId.parse(name.slice(0, cut));
}
