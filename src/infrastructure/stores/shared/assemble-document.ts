import { DamagedDocumentError, type StoredDocument } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';

/** A snapshot as a store keeps it: with the time of the newest update it holds, which has no record any more. */
export interface StoredSnapshot {
  readonly update: Uint8Array;
  readonly sequence: number;
  /** Unix milliseconds. */
  readonly lastModified: number;
}

/** A log record as a store keeps it. */
export interface StoredRecord {
  readonly firstSequence: number;
  readonly updates: readonly Uint8Array[];
  /** Unix milliseconds. */
  readonly timestamp: number;
}

/**
 * What a store read of a document, checked for holes and put together. Records come in the order of `firstSequence`.
 * Updates the snapshot holds are skipped: an append that was repeated after a compaction leaves such records behind.
 * @param records may throw DamagedDocumentError where one cannot be read
 * @throws DamagedDocumentError with what is before the damage, when the sequence has a hole or an overlap
 */
export function assembleDocument(
  documentId: DocumentId,
  snapshot: StoredSnapshot | undefined,
  records: Iterable<StoredRecord>,
): StoredDocument | undefined {
  const assembly = new Assembly(documentId, snapshot);
  try {
    for (const record of records) assembly.add(record);
  } catch (error) {
    if (!(error instanceof DamagedDocumentError)) throw error;
    throw new DamagedDocumentError(documentId, error.detail, assembly.document);
  }
  return assembly.document;
}

class Assembly {
  readonly #documentId: DocumentId;
  readonly #snapshot: StoredSnapshot | undefined;
  readonly #tail: Uint8Array[] = [];
  #sequence: number;
  #lastModified: number;

  constructor(documentId: DocumentId, snapshot: StoredSnapshot | undefined) {
    this.#documentId = documentId;
    this.#snapshot = snapshot;
    this.#sequence = snapshot?.sequence ?? 0;
    this.#lastModified = snapshot?.lastModified ?? 0;
  }

  /** None where nothing was added to nothing. */
  get document(): StoredDocument | undefined {
    if (this.#snapshot === undefined && this.#tail.length === 0) return undefined;
    return {
      snapshot:
        this.#snapshot === undefined ? undefined : { update: this.#snapshot.update, sequence: this.#snapshot.sequence },
      tail: this.#tail,
      sequence: this.#sequence,
      lastModified: this.#lastModified,
    };
  }

  add(record: StoredRecord): void {
    const { firstSequence, updates } = record;
    const covered = Math.max(0, (this.#snapshot?.sequence ?? 0) - firstSequence + 1);
    if (covered >= updates.length) return;
    if (firstSequence + covered !== this.#sequence + 1) {
      throw new DamagedDocumentError(
        this.#documentId,
        `update ${this.#sequence + 1} should follow, but a record starts at ${firstSequence}`,
      );
    }
    for (const update of updates.slice(covered)) this.#tail.push(update);
    this.#sequence = lastSequence(record);
    this.#lastModified = record.timestamp;
  }
}

/** The sequence number of a record's last update. */
export function lastSequence(record: StoredRecord): number {
  return record.firstSequence + record.updates.length - 1;
}
