import type { DocumentId } from '../value-objects/document-id.ts';

/** Updates of one document that follow one another: the first has `firstSequence`, each next one is one higher. */
export interface LogRecord {
  readonly documentId: DocumentId;
  /** 1 for the first update a document ever got. */
  readonly firstSequence: number;
  /** Yjs updates, encoding v1; at least one. */
  readonly updates: readonly Uint8Array[];
  /** When the last of them arrived, in Unix milliseconds. */
  readonly timestamp: number;
}

/** The state of a document as one Yjs update (encoding v1), and the last sequence number it holds. */
export interface Snapshot {
  readonly update: Uint8Array;
  readonly sequence: number;
}

/** All that is stored of one document. */
export interface StoredDocument {
  /** None where the document was never compacted. */
  readonly snapshot: Snapshot | undefined;
  /** The updates behind the snapshot, in the order of their sequence numbers. */
  readonly tail: readonly Uint8Array[];
  /** The sequence number of the newest update. */
  readonly sequence: number;
  /** When the newest update arrived, in Unix milliseconds. */
  readonly lastModified: number;
}

/**
 * The durable log of every document: append rows and snapshots. One writer a document; any number of readers.
 * Every implementation passes `test/contracts/update-log.ts`.
 */
export interface UpdateLog {
  /**
   * Resolves when all records are on disk, never before. A record that is already stored under its
   * (document, firstSequence) is recognised, or replaced by one with more updates behind the same ones, so that a caller
   * may repeat a call whose outcome it does not know.
   *
   * Writes all records or none, where the store has transactions. One that has none may, when it rejects or its process
   * ends, have written any of the call's records whole, those of a document only from its first one on: stored, not
   * acknowledged. They are loaded as any other; repeating the call stores them once.
   * @throws RangeError when a record has no update or no sequence number; nothing is stored
   * @throws ConflictError where others may write the same log, when what is stored of a document is not what its record
   * continues. Nothing of the call is stored; without transactions, nothing that was refused, and of the other documents
   * as above
   */
  append(records: readonly LogRecord[]): Promise<void>;

  /**
   * What is stored of a document, as of one moment; `undefined` where nothing is.
   * @throws DamagedDocumentError when a checksum, a length or the sequence does not hold; it has what is before that.
   */
  load(documentId: DocumentId): Promise<StoredDocument | undefined>;

  /**
   * Stores `snapshot` and removes every record up to and including its sequence, both or neither, durably. Records
   * behind it stay. A snapshot that is not newer than the stored one changes nothing.
   * @throws RangeError when no record ends at `snapshot.sequence`: the document was deleted meanwhile
   * @throws DamagedDocumentError when what is stored cannot be trusted
   */
  compact(documentId: DocumentId, snapshot: Snapshot): Promise<void>;

  /** Removes all that is stored of a document, durably. A document that is not stored is no error. */
  delete(documentId: DocumentId): Promise<void>;

  /** Up to `limit` ids of stored documents, sorted by their UTF-8 bytes, behind `after` (which need not exist). */
  list(after: DocumentId | undefined, limit: number): Promise<readonly DocumentId[]>;

  /** Waits for what is under way and gives everything back. Calls after it reject. */
  close(): Promise<void>;
}

/**
 * Records do not continue what is stored of their documents, and repeat none of it: somebody else has written or deleted
 * them meanwhile. Repeating the call is of no use; whoever loads the documents anew can go on.
 */
export class ConflictError extends Error {
  /** At least one; each once. */
  readonly documentIds: readonly DocumentId[];

  constructor(documentIds: readonly DocumentId[]) {
    const names = documentIds.slice(0, 10).map(({ value }) => JSON.stringify(value));
    const more = documentIds.length > names.length ? ` and ${documentIds.length - names.length} more` : '';
    super(`Somebody else has written or deleted the stored documents meanwhile: ${names.join(', ')}${more}`);
    this.name = 'ConflictError';
    this.documentIds = documentIds;
  }
}

/** What is stored of a document cannot be trusted; it is neither served as if it were whole nor overwritten. */
export class DamagedDocumentError extends Error {
  readonly documentId: DocumentId;
  /** What is wrong, and where. */
  readonly detail: string;
  /** What is stored before the damage and holds; none where nothing of the document can be read. */
  readonly readable: StoredDocument | undefined;

  constructor(documentId: DocumentId, detail: string, readable?: StoredDocument) {
    super(`The stored document ${JSON.stringify(documentId.value)} is damaged: ${detail}`);
    this.name = 'DamagedDocumentError';
    this.documentId = documentId;
    this.detail = detail;
    this.readable = readable;
  }
}
