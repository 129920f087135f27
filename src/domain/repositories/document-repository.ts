import type { CollaborativeDocument } from '../entities/collaborative-document.ts';
import type { DocumentId } from '../value-objects/document-id.ts';

/** Documents as they are stored, ready to be edited. */
export interface DocumentRepository {
  /**
   * The stored document, or a new empty one with sequence number 0 where nothing is stored. A new one is not written:
   * the first update does that.
   * @throws CollaborationError `unavailable` when the store fails, `internal` when what it holds is damaged. Never an
   * empty document in place of one that could not be read.
   */
  getOrCreate(documentId: DocumentId): Promise<LoadedDocument>;

  /**
   * Deletes all that is stored of a document, also where it is damaged. One that is not stored is no error.
   * @throws CollaborationError `unavailable` when the store fails
   */
  delete(documentId: DocumentId): Promise<void>;
}

export interface LoadedDocument {
  readonly document: CollaborativeDocument;
  /** Sequence number of the newest stored update; 0 for a new document. */
  readonly sequence: number;
  /** Unix milliseconds of the newest stored update; 0 for a new document. */
  readonly lastModified: number;
  /** What is stored behind the snapshot: what a compaction would fold. */
  readonly tail: { readonly updates: number; readonly bytes: number; readonly snapshotBytes: number };
}
