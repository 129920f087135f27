import { DamagedDocumentError } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { inGroups } from './in-groups.ts';
import type { KnownDocument } from './known-documents.ts';
import type { MongoStore } from './mongo-store.ts';
import type { DocumentAppend } from './plan-append.ts';
import { positionOf } from './position.ts';

/** What is stored of a document. `conflict`: another incarnation than is known, or it is damaged. */
export type Base = KnownDocument | 'nothing' | 'conflict';

const DOCUMENTS_A_QUERY = 1_000;
const SIDE_BY_SIDE = 20;

/**
 * @param how `known`: what is known is not read again, where the records could continue it
 * @returns in the order of `documents`
 */
export async function basesOf(
  store: MongoStore,
  documents: readonly DocumentAppend[],
  how: 'known' | 'read',
): Promise<readonly Base[]> {
  const bases = new Map<string, Base>();
  const unknown: DocumentId[] = [];
  for (const { documentId, records } of documents) {
    const known = store.known.get(documentId);
    const first = records[0]?.firstSequence ?? 1;
    if (how === 'known' && known !== undefined && first <= known.sequence + 1) bases.set(documentId.value, known);
    else unknown.push(documentId);
  }
  const there = unknown.length > 1 ? await storedOf(store, unknown) : unknown;
  for (const group of inGroups(there, SIDE_BY_SIDE)) {
    await Promise.all(group.map(async (id) => bases.set(id.value, await readBase(store, id))));
  }
  return documents.map(({ documentId }) => bases.get(documentId.value) ?? absent(store, documentId));
}

/** Most documents that are not known are new: found out for all of them at once. */
async function storedOf({ collections }: MongoStore, ids: readonly DocumentId[]): Promise<DocumentId[]> {
  const there = new Set<string>();
  for (const group of inGroups(ids, DOCUMENTS_A_QUERY)) {
    const found = collections.documents.find({ _id: { $in: group.map(({ value }) => value) } });
    for (const { _id } of await found.project<{ _id: string }>({ _id: 1 }).toArray()) there.add(_id);
  }
  return ids.filter(({ value }) => there.has(value));
}

async function readBase(store: MongoStore, documentId: DocumentId): Promise<Base> {
  try {
    const position = await positionOf(store, documentId);
    if (position === undefined) return absent(store, documentId);
    const known = store.known.get(documentId);
    if (known !== undefined && known.incarnation !== position.incarnation) return 'conflict';
    store.known.saw(documentId, position);
    return store.known.get(documentId) ?? 'conflict';
  } catch (cause) {
    // Shows when the document is loaded anew; here it must not hold up the others.
    if (cause instanceof DamagedDocumentError) return 'conflict';
    throw cause;
  }
}

function absent({ known }: MongoStore, documentId: DocumentId): Base {
  return known.get(documentId) === undefined ? 'nothing' : 'conflict';
}
