import { DocumentContent } from '../../domain/entities/document-content.ts';
import {
  ConflictError,
  DamagedDocumentError,
  type StoredDocument,
  type UpdateLog,
} from '../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import { type Archived, DocumentFault } from '../ports/document-archive.ts';

/** A server that writes the same document meanwhile comes first a few times, and not for ever. */
const TRIES = 8;

/**
 * Adds content to what a log has of a document, and reads it back. Nothing that is there is ever replaced.
 * @param timestamp Unix milliseconds
 * @throws DocumentFault where what is stored is damaged, or is not what was written; Error where the log fails
 */
export async function bringIn(
  log: UpdateLog,
  documentId: DocumentId,
  content: DocumentContent,
  timestamp: number,
): Promise<Archived> {
  for (let tries = 1; ; tries++) {
    const stored = await load(log, documentId);
    const before = stored && DocumentContent.of(updatesOf(stored));
    if (before?.includes(content) === true) return 'there';
    if (before === undefined && content.isEmpty) return 'there';
    const update = before === undefined ? content.update : before.lackedFrom(content);
    const firstSequence = (stored?.sequence ?? 0) + 1;
    try {
      await log.append([{ documentId, firstSequence, updates: [update], timestamp }]);
    } catch (cause) {
      if (!(cause instanceof ConflictError)) throw cause;
      if (tries < TRIES) continue;
      throw new DocumentFault('others write it all the time; stop them, and run this again', cause);
    }
    const expected = before === undefined ? content : DocumentContent.of([before.update, update]);
    await verify(log, documentId, expected, firstSequence);
    return before === undefined ? 'written' : 'merged';
  }
}

/** All that is stored of a document, in order. */
export function updatesOf({ snapshot, tail }: StoredDocument): readonly Uint8Array[] {
  return snapshot === undefined ? tail : [snapshot.update, ...tail];
}

async function verify(
  log: UpdateLog,
  documentId: DocumentId,
  expected: DocumentContent,
  sequence: number,
): Promise<void> {
  const stored = await load(log, documentId);
  const found = stored && DocumentContent.of(updatesOf(stored));
  // With a higher number somebody has written behind it, and there is more.
  const isAlike = stored?.sequence === sequence ? found?.equals(expected) : found?.includes(expected);
  if (isAlike === true) return;
  throw new DocumentFault('what is stored now is not what was written; run this again, and check the store');
}

async function load(log: UpdateLog, documentId: DocumentId): Promise<StoredDocument | undefined> {
  try {
    return await log.load(documentId);
  } catch (cause) {
    if (!(cause instanceof DamagedDocumentError)) throw cause;
    throw new DocumentFault(`it is there already and damaged (${cause.detail}); repair it first`, cause);
  }
}
