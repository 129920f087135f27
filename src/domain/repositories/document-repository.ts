import type { CollaborativeDocument } from '../entities/collaborative-document.ts';
import type { DocumentId } from '../value-objects/document-id.ts';

/** Documents as they are stored, ready to be edited. */
export interface DocumentRepository {
  /**
   * The stored document, or a new empty one with sequence number 0 where nothing is stored. A new one is not written:
   * the first update does that. Of one that is damaged, what is before the damage: never an empty document that passes for
   * one that could not be read.
   * @throws CollaborationError `unavailable` when the store fails
   */
  getOrCreate(documentId: DocumentId): Promise<LoadedDocument>;

  /**
   * Deletes all that is stored of a document, also where it is damaged. One that is not stored is no error.
   * @throws CollaborationError `unavailable` when the store fails
   */
  delete(documentId: DocumentId): Promise<void>;
}

/** `intact`: all that is stored, to be edited. `damaged`: what can be read of it, and nothing may be written. */
export type LoadedDocument = IntactDocument | DamagedDocument;

interface Loaded {
  readonly document: CollaborativeDocument;
  /** Sequence number of the newest stored update; 0 for a new document. */
  readonly sequence: number;
  /** Unix milliseconds of the newest stored update; 0 for a new document. */
  readonly lastModified: number;
}

export interface IntactDocument extends Loaded {
  readonly kind: 'intact';
  /** What is stored behind the snapshot: what a compaction would fold. */
  readonly tail: { readonly updates: number; readonly bytes: number; readonly snapshotBytes: number };
}

/** Its `document`, `sequence` and `lastModified` are of the updates before the damage, which need no others. */
export interface DamagedDocument extends Loaded {
  readonly kind: 'damaged';
  readonly damage: Damage;
}

interface Damage {
  /** What is wrong, and where: for an operator, without content of the document. */
  readonly detail: string;
  /** Whether anything is before it. */
  readonly readable: 'some' | 'nothing';
}
