import { DamagedDocumentError, type UpdateLog } from '../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import type { DocumentSource, SourceContent } from '../ports/document-source.ts';
import { updatesOf } from './bring-in.ts';

const PAGE = 500;

/** What to do with a document that is damaged. */
export type OfDamaged = 'nothing' | 'readable part';

/** The documents of a store of this server. */
export function storeSource(log: UpdateLog, ofDamaged: OfDamaged): DocumentSource {
  return {
    count: async () => undefined,
    documents: async function* () {
      for await (const id of idsOf(log)) yield { name: id.value, read: () => read(log, id, ofDamaged) };
    },
    close: () => log.close(),
  };
}

/** All ids of a log, a page at a time. */
export async function* idsOf(log: UpdateLog): AsyncGenerator<DocumentId, void> {
  let page = await log.list(undefined, PAGE);
  while (page.length > 0) {
    yield* page;
    page = await log.list(page.at(-1), PAGE);
  }
}

async function read(log: UpdateLog, documentId: DocumentId, ofDamaged: OfDamaged): Promise<SourceContent> {
  try {
    const stored = await log.load(documentId);
    // Deleted since it was listed.
    if (stored === undefined) return { updates: [], lastModified: undefined };
    return { updates: updatesOf(stored), lastModified: stored.lastModified };
  } catch (cause) {
    if (!(cause instanceof DamagedDocumentError)) throw cause;
    const { readable, detail } = cause;
    if (ofDamaged === 'nothing' || readable === undefined) throw new Error(`it is damaged: ${detail}`, { cause });
    return { updates: updatesOf(readable), lastModified: readable.lastModified, damage: detail };
  }
}
