import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { DamagedDocumentError, type LogRecord } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { rowId } from './keys.ts';
import type { KnownDocument } from './known-documents.ts';
import type { MongoStore } from './mongo-store.ts';
import { newestSnapshotEnd } from './snapshot-row.ts';
import { type RowsOfRecord, readRecord, rowsOfRecord } from './update-row.ts';

/** The records of one document in one append, sorted, each first sequence number once. */
export interface DocumentAppend {
  readonly documentId: DocumentId;
  readonly records: readonly LogRecord[];
}

/** A record that is stored, of this append or found there. */
interface Witness {
  readonly first: number;
  readonly last: number;
  readonly stamp: string;
}

/** An append of one document, as far as it is known what to store. */
export interface PlannedAppend {
  readonly documentId: DocumentId;
  readonly document: DocumentAppend;
  readonly incarnation: string;
  /** Whether the document is stored already. */
  readonly base: 'nothing' | 'stored';
  /** Records that are stored already, and have to be so still when the append resolves. */
  readonly found: readonly Witness[];
  /** What is stored now; none where all of it is. */
  readonly rows: readonly RowsOfRecord[];
  /** Sequence numbers: which the rows follow, and their last. */
  readonly stores: { readonly behind: number; readonly upTo: number } | undefined;
  /** What is stored once these rows are known to be part of the document. */
  readonly later: DocumentAppend | undefined;
}

/** By document and sequence number. Copies the updates, for the caller may change them. */
export function appendsOf(records: readonly LogRecord[]): DocumentAppend[] {
  const documents = new Map<string, { documentId: DocumentId; records: Map<number, LogRecord> }>();
  for (const record of records) {
    const { documentId } = record;
    const document = documents.get(documentId.value) ?? { documentId, records: new Map() };
    documents.set(documentId.value, document);
    const updates = record.updates.map((update) => update.slice());
    document.records.set(record.firstSequence, { ...record, updates });
  }
  return [...documents.values()].map(({ documentId, records }) => ({
    documentId,
    records: [...records.values()].sort((a, b) => a.firstSequence - b.firstSequence),
  }));
}

/**
 * What has to be written so that these records are stored behind what is known.
 * @returns `conflict` where a record does not follow, and repeats none that is stored
 */
export async function planAppend(
  store: MongoStore,
  document: DocumentAppend,
  base: KnownDocument | 'nothing',
): Promise<PlannedAppend | 'conflict'> {
  const { documentId } = document;
  const missing =
    base === 'nothing' ? { records: document.records, found: [] } : await missingOf(store, document, base);
  if (missing === 'conflict') return missing;
  const { records, found } = missing;
  const behind = base === 'nothing' ? 0 : base.sequence;
  if (!isContinuous(records, behind)) return 'conflict';
  const incarnation = base === 'nothing' ? randomBytes(16).toString('hex') : base.incarnation;
  // A new document shows with its entry, which comes last; its records need not wait for each other.
  const now = base === 'nothing' ? records : records.slice(0, 1);
  const later = records.slice(now.length);
  const last = now.at(-1);
  return {
    documentId,
    document,
    incarnation,
    base: base === 'nothing' ? 'nothing' : 'stored',
    found,
    rows: now.map((record) => rowsOfRecord(record, incarnation)),
    stores: last && { behind, upTo: lastOf(last) },
    later: later.length === 0 ? undefined : { documentId, records: later },
  };
}

function isContinuous(records: readonly LogRecord[], behind: number): boolean {
  return records.every((record, at) => {
    const before = records[at - 1];
    return record.firstSequence === (before === undefined ? behind : lastOf(before)) + 1;
  });
}

function lastOf({ firstSequence, updates }: LogRecord): number {
  return firstSequence + updates.length - 1;
}

/** The records, and parts of records, that are not stored yet. */
async function missingOf(store: MongoStore, { documentId, records }: DocumentAppend, known: KnownDocument) {
  const missing: LogRecord[] = [];
  const found: Witness[] = [];
  for (const record of records) {
    let rest: LogRecord | undefined = record;
    while (rest !== undefined && rest.firstSequence <= known.sequence) {
      const repetition = await repetitionOf(store, documentId, rest, known);
      if (repetition === 'conflict') return 'conflict';
      if (repetition.found !== undefined) found.push(repetition.found);
      rest = repetition.rest;
    }
    if (rest !== undefined) missing.push(rest);
  }
  return { records: missing, found };
}

interface Repetition {
  /** What is behind the updates that are stored. */
  readonly rest: LogRecord | undefined;
  /** `undefined`: this server knows itself that they are. */
  readonly found: Witness | undefined;
}

async function repetitionOf(
  store: MongoStore,
  documentId: DocumentId,
  record: LogRecord,
  known: KnownDocument,
): Promise<Repetition | 'conflict'> {
  const { firstSequence: first, updates } = record;
  const isOwn = first >= known.ownFrom && lastOf(record) <= known.sequence;
  const row = await store.collections.updates.findOne({ _id: rowId(known.incarnation, first) });
  if (row === null) {
    // What a snapshot holds is not there to be compared.
    const isFolded = isOwn && lastOf(record) <= (await newestSnapshotEnd(store, known.incarnation)).sequence;
    return isFolded ? { rest: undefined, found: undefined } : 'conflict';
  }
  const stored = await updatesOf(store, documentId, row);
  if (stored === 'damaged' || !startsAlike(updates, stored)) return 'conflict';
  return {
    rest: behind(record, stored.length),
    found: isOwn ? undefined : { first, last: row.last, stamp: row.stamp },
  };
}

/** Damage shows when the document is loaded anew; here it must not hold up the others. */
async function updatesOf(
  store: MongoStore,
  documentId: DocumentId,
  row: Parameters<typeof readRecord>[2],
): Promise<readonly Uint8Array[] | 'damaged'> {
  try {
    return (await readRecord(store, documentId, row)).updates;
  } catch (cause) {
    if (cause instanceof DamagedDocumentError) return 'damaged';
    throw cause;
  }
}

function startsAlike(some: readonly Uint8Array[], others: readonly Uint8Array[]): boolean {
  const shared = Math.min(some.length, others.length);
  return some.slice(0, shared).every((update, at) => Buffer.compare(update, others[at] ?? update) === 0);
}

/** A record without its first updates: it is stored behind them, rather than in place of what somebody may have read. */
function behind(record: LogRecord, count: number): LogRecord | undefined {
  if (count >= record.updates.length) return undefined;
  return { ...record, firstSequence: record.firstSequence + count, updates: record.updates.slice(count) };
}
