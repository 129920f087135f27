import { CollaborativeDocument } from '../domain/entities/collaborative-document.ts';
import { CollaborationError } from '../domain/errors.ts';
import type { DocumentRepository, LoadedDocument } from '../domain/repositories/document-repository.ts';
import type { StoredDocument, UpdateLog } from '../domain/repositories/update-log.ts';
import type { DocumentId } from '../domain/value-objects/document-id.ts';
import { inSteps } from './room/in-steps.ts';

/** Documents restored from the update log. */
export class LoggedDocuments implements DocumentRepository {
  readonly #log: UpdateLog;

  constructor(log: UpdateLog) {
    this.#log = log;
  }

  async getOrCreate(documentId: DocumentId): Promise<LoadedDocument> {
    const stored = await this.#load(documentId);
    if (stored === undefined) {
      const tail = { updates: 0, bytes: 0, snapshotBytes: 0 };
      return { document: new CollaborativeDocument(documentId), sequence: 0, lastModified: 0, tail };
    }
    const snapshot = stored.snapshot === undefined ? [] : [stored.snapshot.update];
    const tail = {
      updates: stored.tail.length,
      bytes: stored.tail.reduce((sum, update) => sum + update.byteLength, 0),
      snapshotBytes: stored.snapshot?.update.byteLength ?? 0,
    };
    const document = CollaborativeDocument.restore(documentId, [...snapshot, ...stored.tail]);
    await inSteps(document.reading());
    return {
      document,
      sequence: stored.sequence,
      lastModified: stored.lastModified,
      tail,
    };
  }

  async delete(documentId: DocumentId): Promise<void> {
    try {
      await this.#log.delete(documentId);
    } catch (cause) {
      throw new CollaborationError('unavailable', 'The document could not be deleted; try again later.', cause);
    }
  }

  async #load(documentId: DocumentId): Promise<StoredDocument | undefined> {
    try {
      return await this.#log.load(documentId);
    } catch (cause) {
      throw new CollaborationError('unavailable', 'The document could not be loaded; try again later.', cause);
    }
  }
}
