import { CollaborativeDocument } from '../domain/entities/collaborative-document.ts';
import { readablePart } from '../domain/entities/readable-part.ts';
import { CollaborationError } from '../domain/errors.ts';
import type {
  DamagedDocument,
  DocumentRepository,
  IntactDocument,
  LoadedDocument,
} from '../domain/repositories/document-repository.ts';
import { DamagedDocumentError, type StoredDocument, type UpdateLog } from '../domain/repositories/update-log.ts';
import type { DocumentId } from '../domain/value-objects/document-id.ts';
import type { Quarantine } from './quarantine/quarantine.ts';
import { inSteps } from './room/in-steps.ts';

/** What a store gave of a document; `damaged`: what is before the damage. */
type Read =
  | { readonly kind: 'whole'; readonly stored: StoredDocument }
  | { readonly kind: 'damaged'; readonly stored: StoredDocument; readonly detail: string };

const NOTHING: StoredDocument = { snapshot: undefined, tail: [], sequence: 0, lastModified: 0 };

/** Documents restored from the update log. */
export class LoggedDocuments implements DocumentRepository {
  readonly #log: UpdateLog;
  readonly #quarantine: Quarantine;

  constructor(log: UpdateLog, quarantine: Quarantine) {
    this.#log = log;
    this.#quarantine = quarantine;
  }

  async getOrCreate(documentId: DocumentId): Promise<LoadedDocument> {
    const read = await this.#read(documentId);
    const loaded =
      read.kind === 'whole' && !this.#quarantine.holds(documentId)
        ? await restored(documentId, read.stored)
        : await examined(documentId, read);
    if (loaded.kind === 'damaged') this.#quarantine.put(loaded);
    else this.#quarantine.lift(documentId);
    return loaded;
  }

  async delete(documentId: DocumentId): Promise<void> {
    try {
      await this.#log.delete(documentId);
    } catch (cause) {
      throw new CollaborationError('unavailable', 'The document could not be deleted; try again later.', cause);
    }
    this.#quarantine.lift(documentId);
  }

  async #read(documentId: DocumentId): Promise<Read> {
    try {
      return { kind: 'whole', stored: (await this.#log.load(documentId)) ?? NOTHING };
    } catch (cause) {
      if (cause instanceof DamagedDocumentError) {
        return { kind: 'damaged', stored: cause.readable ?? NOTHING, detail: cause.detail };
      }
      throw new CollaborationError('unavailable', 'The document could not be loaded; try again later.', cause);
    }
  }
}

/** The usual case: nothing is integrated before somebody needs it. */
async function restored(documentId: DocumentId, stored: StoredDocument): Promise<LoadedDocument> {
  try {
    return await intact(documentId, stored);
  } catch (cause) {
    if (!(cause instanceof CollaborationError) || cause.kind !== 'damaged') throw cause;
    return examined(documentId, { kind: 'damaged', stored, detail: cause.message });
  }
}

/** Integrates what is stored, to see how far that goes. */
async function examined(documentId: DocumentId, read: Read): Promise<LoadedDocument> {
  const part = await inSteps(readablePart(updatesOf(read.stored)));
  if (read.kind === 'damaged') return damaged(documentId, read.stored, part.updates, read.detail);
  if (part.damage === undefined) return intact(documentId, read.stored);
  return damaged(documentId, read.stored, part.updates, part.damage);
}

/** @throws CollaborationError `damaged` when an update does not decode, or others are missing before it */
async function intact(documentId: DocumentId, stored: StoredDocument): Promise<IntactDocument> {
  const { sequence, lastModified } = stored;
  const tail = {
    updates: stored.tail.length,
    bytes: stored.tail.reduce((sum, update) => sum + update.byteLength, 0),
    snapshotBytes: stored.snapshot?.update.byteLength ?? 0,
  };
  const document = CollaborativeDocument.restore(documentId, updatesOf(stored));
  await inSteps(document.reading());
  return { kind: 'intact', document, sequence, lastModified, tail };
}

async function damaged(
  documentId: DocumentId,
  stored: StoredDocument,
  updates: readonly Uint8Array[],
  detail: string,
): Promise<DamagedDocument> {
  const document = CollaborativeDocument.restore(documentId, updates);
  await inSteps(document.reading());
  const damage = { detail, readable: updates.length > 0 ? 'some' : 'nothing' } as const;
  // Each update behind the snapshot has a number of its own.
  const sequence = updates.length === 0 ? 0 : stored.sequence - (updatesOf(stored).length - updates.length);
  return { kind: 'damaged', document, sequence, lastModified: stored.lastModified, damage };
}

function updatesOf({ snapshot, tail }: StoredDocument): readonly Uint8Array[] {
  return snapshot === undefined ? tail : [snapshot.update, ...tail];
}
