import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { lastOf, type PackedRecord } from '../shared/record-body.ts';
import type { LogEntry } from './wal/entry-codec.ts';

/** What the write-ahead log has of a document and the database may not have yet. */
export interface PendingDocument {
  readonly documentId: DocumentId;
  /** What the records build on: what the database has of the document, or nothing, whatever the database has. */
  readonly base: 'stored' | 'nothing';
  /** In the order of their first sequence numbers. */
  readonly records: readonly PackedRecord[];
}

interface Entry {
  readonly documentId: DocumentId;
  base: PendingDocument['base'];
  /** By first sequence number. */
  readonly records: Map<number, PackedRecord>;
}

type Generation = Map<string, Entry>;

/** Bounds that a checkpoint keeps. */
export interface PendingSize {
  readonly bytes: number;
  /** Updates, and deletions. */
  readonly updates: number;
}

const NOTHING: PendingSize = { bytes: 0, updates: 0 };

/**
 * An index of what the write-ahead log holds, in two generations: a checkpoint moves the older one into the database
 * while appends go to the younger.
 */
export class PendingRecords {
  #young: Generation = new Map();
  #old: Generation = new Map();
  #youngSize = NOTHING;
  #oldSize = NOTHING;
  /** Documents of the older generation whose deletion is moved, while the log still has it. */
  readonly #deleted = new Set<string>();

  /** Of what the next checkpoint will move. */
  get youngSize(): PendingSize {
    return this.#youngSize;
  }

  get size(): PendingSize {
    const { bytes, updates } = this.#oldSize;
    return { bytes: bytes + this.#youngSize.bytes, updates: updates + this.#youngSize.updates };
  }

  /** Takes what was appended to the log, in its order. */
  add(entries: readonly LogEntry[]): void {
    let { bytes, updates } = this.#youngSize;
    for (const entry of entries) {
      const id = entry.documentId.value;
      if (entry.kind === 'deletion') {
        this.#young.set(id, { documentId: entry.documentId, base: 'nothing', records: new Map() });
        updates++;
        continue;
      }
      if (entry.kind === 'compaction') {
        takeOut(this.#young.get(id), entry.sequence);
        continue;
      }
      const { record, documentId } = entry;
      const known = this.#young.get(id) ?? { documentId, base: 'stored', records: new Map() };
      known.records.set(record.firstSequence, record);
      this.#young.set(id, known);
      bytes += record.body.length;
      updates += record.updates;
    }
    this.#youngSize = { bytes, updates };
  }

  /** What is pending of a document, with what is being moved. */
  get(documentId: DocumentId): PendingDocument | undefined {
    const [young, old] = [this.#young.get(documentId.value), this.#old.get(documentId.value)];
    if (young === undefined || old === undefined || young.base === 'nothing') return sorted(young ?? old);
    return sorted({ documentId, base: old.base, records: new Map([...old.records, ...young.records]) });
  }

  /** Every document in it, once. */
  documents(): readonly PendingDocument[] {
    const all = [...this.#old, ...this.#young].map(([id, { documentId }]) => [id, documentId] as const);
    return [...new Map(all).values()].flatMap((documentId) => this.get(documentId) ?? []);
  }

  /** The younger generation becomes the older one, whose documents are all moved. */
  age(): void {
    this.#old = this.#young;
    this.#oldSize = this.#youngSize;
    this.#young = new Map();
    this.#youngSize = NOTHING;
  }

  /** The older generation, as far as it is not moved yet. */
  *aged(): Generator<PendingDocument> {
    for (const entry of this.#old.values()) yield sorted(entry);
  }

  /** The database has what the older generation had of these documents. */
  moved(documents: readonly PendingDocument[]): void {
    for (const { documentId, base } of documents) {
      this.#old.delete(documentId.value);
      if (base === 'nothing') this.#deleted.add(documentId.value);
    }
    if (this.#old.size > 0) return;
    this.#oldSize = NOTHING;
    this.#deleted.clear();
  }

  /** Whether the log, read again after a crash, would delete what the database has of a document. */
  isDeletionLogged(documentId: DocumentId): boolean {
    return this.#deleted.has(documentId.value) || this.get(documentId)?.base === 'nothing';
  }

  /**
   * To be called before the database takes a snapshot of all that is pending of a document up to `sequence`; the
   * returned function after that. A deletion that arrives in between stays in force.
   */
  compacting(documentId: DocumentId, sequence: number): () => void {
    const [old, young] = [this.#old.get(documentId.value), this.#young.get(documentId.value)];
    // What was deleted has nothing to do with the snapshot, whatever its sequence numbers.
    const ofOld = young?.base === 'nothing' ? Number.POSITIVE_INFINITY : sequence;
    return () => {
      takeOut(old, ofOld);
      takeOut(young, sequence);
    };
  }
}

/** The database has a snapshot of what was pending, up to `sequence`. */
function takeOut(entry: Entry | undefined, sequence: number): void {
  if (entry === undefined) return;
  entry.base = 'stored';
  for (const [key, record] of entry.records) if (lastOf(record) <= sequence) entry.records.delete(key);
}

function sorted(entry: Entry): PendingDocument;
function sorted(entry: Entry | undefined): PendingDocument | undefined;
function sorted(entry: Entry | undefined): PendingDocument | undefined {
  if (entry === undefined) return undefined;
  const { documentId, base } = entry;
  return { documentId, base, records: [...entry.records.values()].sort((a, b) => a.firstSequence - b.firstSequence) };
}
