import type { DocumentId } from '../value-objects/document-id.ts';
import type { UpdateLog } from './update-log.ts';

/** An update log that says cheaply whether a document is still as it was: what a cache in front of it asks. */
export interface VersionedUpdateLog extends UpdateLog {
  /**
   * Names what is stored of a document now; `undefined` where nothing is. Every append and deletion changes it, also those
   * of other servers on the same database; a compaction need not. A document that is deleted and made anew never gets
   * a version again that it had. At most 128 characters of ASCII. Reads no update and no snapshot.
   */
  version(documentId: DocumentId): Promise<string | undefined>;
}
