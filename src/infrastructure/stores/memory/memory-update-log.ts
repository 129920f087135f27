import { Buffer } from 'node:buffer';
import type { LogRecord, Snapshot, StoredDocument } from '../../../domain/repositories/update-log.ts';
import type { VersionedUpdateLog } from '../../../domain/repositories/versioned-update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { assembleDocument, lastSequence, type StoredRecord, type StoredSnapshot } from '../shared/assemble-document.ts';
import { checkRecord } from '../shared/check-record.ts';

interface Entry {
  readonly documentId: DocumentId;
  /** Changes with each append. Counted over all documents, so that one made anew gets no version it had. */
  version: number;
  snapshot: StoredSnapshot | undefined;
  /** By first sequence number. */
  readonly records: Map<number, StoredRecord>;
}

/** The update log in this process's memory: for tests, and for servers whose documents may end with them. */
export class MemoryUpdateLog implements VersionedUpdateLog {
  readonly #entries = new Map<string, Entry>();
  #versions = 0;
  #closed = false;

  async append(records: readonly LogRecord[]): Promise<void> {
    this.#checkOpen();
    records.forEach(checkRecord);
    for (const { documentId, firstSequence, updates, timestamp } of records) {
      // Copied: the caller's arrays may be reused, and what a disk holds would not change with them.
      const stored = { firstSequence, timestamp, updates: updates.map((update) => update.slice()) };
      const entry = this.#entryFor(documentId);
      entry.records.set(firstSequence, stored);
      entry.version = ++this.#versions;
    }
  }

  async load(documentId: DocumentId): Promise<StoredDocument | undefined> {
    this.#checkOpen();
    const entry = this.#entries.get(documentId.value);
    if (entry === undefined) return undefined;
    return structuredClone(assembleDocument(documentId, entry.snapshot, inOrder(entry)));
  }

  async version(documentId: DocumentId): Promise<string | undefined> {
    this.#checkOpen();
    return this.#entries.get(documentId.value)?.version.toString();
  }

  async compact(documentId: DocumentId, snapshot: Snapshot): Promise<void> {
    this.#checkOpen();
    const entry = this.#entries.get(documentId.value);
    if (entry?.snapshot !== undefined && entry.snapshot.sequence >= snapshot.sequence) return;
    const covered =
      entry === undefined ? [] : inOrder(entry).filter((record) => lastSequence(record) <= snapshot.sequence);
    const last = covered.find((record) => lastSequence(record) === snapshot.sequence);
    if (entry === undefined || last === undefined) {
      throw new RangeError(`No stored record ends at sequence number ${snapshot.sequence}.`);
    }
    entry.snapshot = { ...snapshot, update: snapshot.update.slice(), lastModified: last.timestamp };
    for (const { firstSequence } of covered) entry.records.delete(firstSequence);
  }

  async delete(documentId: DocumentId): Promise<void> {
    this.#checkOpen();
    this.#entries.delete(documentId.value);
  }

  async list(after: DocumentId | undefined, limit: number): Promise<readonly DocumentId[]> {
    this.#checkOpen();
    const ids = [...this.#entries.values()].map(({ documentId }) => documentId).sort(byUtf8);
    return ids.filter((id) => after === undefined || byUtf8(id, after) > 0).slice(0, limit);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#entries.clear();
  }

  #entryFor(documentId: DocumentId): Entry {
    const known = this.#entries.get(documentId.value);
    if (known !== undefined) return known;
    const entry: Entry = { documentId, version: 0, snapshot: undefined, records: new Map() };
    this.#entries.set(documentId.value, entry);
    return entry;
  }

  #checkOpen(): void {
    if (this.#closed) throw new Error('The update log is closed.');
  }
}

function inOrder(entry: Entry): StoredRecord[] {
  return [...entry.records.values()].sort((a, b) => a.firstSequence - b.firstSequence);
}

/** JavaScript compares strings by UTF-16 code units, which order characters beyond U+FFFF otherwise. */
function byUtf8(a: DocumentId, b: DocumentId): number {
  return Buffer.compare(Buffer.from(a.value), Buffer.from(b.value));
}
