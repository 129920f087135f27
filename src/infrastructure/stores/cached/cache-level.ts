import type { StoredDocument } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';

/** What a log answered, and the version (of `VersionedUpdateLog`) it had at least then. */
export interface CachedDocument {
  readonly version: string;
  readonly document: StoredDocument;
}

/**
 * One level of a cache. It may forget anything at any time, and may answer with what is outdated: whoever asks compares
 * versions. A call that rejects costs time, never the answer.
 */
export interface CacheLevel {
  readonly name: 'memory' | 'redis';
  get(documentId: DocumentId): Promise<CachedDocument | undefined>;
  set(documentId: DocumentId, cached: CachedDocument): Promise<void>;
  /** On every node that shares this level. */
  forget(documentId: DocumentId): Promise<void>;
  close(): Promise<void>;
}
