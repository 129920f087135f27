import type { DocumentContent } from '../../domain/entities/document-content.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';

/** `there`: with all of the content, before. `merged`: with other content, to which this was added. */
export type Archived = 'written' | 'merged' | 'there';

/** Where documents are exported to. */
export interface DocumentArchive {
  /** How many documents may be written at once. */
  readonly atOnce: number;
  /**
   * @param lastModified Unix milliseconds
   * @throws DocumentFault where this document cannot be written; Error where none can
   */
  write(documentId: DocumentId, content: DocumentContent, lastModified: number): Promise<Archived>;
  /** All has been written. @throws Error where what is there is not what was written */
  finish(): Promise<void>;
  /** The run has failed. */
  abandon(): Promise<void>;
}

/** Something is wrong with one document; the others can be moved all the same. */
export class DocumentFault extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DocumentFault';
  }

  /** @param thrown what a source threw for one document */
  static from(thrown: unknown): DocumentFault {
    if (thrown instanceof DocumentFault) return thrown;
    return new DocumentFault(thrown instanceof Error ? thrown.message : String(thrown), thrown);
  }
}
