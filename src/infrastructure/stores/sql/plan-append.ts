import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { DocumentHead } from './document-head.ts';
import type { StorableRecord } from './update-rows.ts';

/** The records of one document in one append, sorted, each first sequence number once. */
export interface DocumentAppend {
  readonly documentId: DocumentId;
  /** UTF-8 of the id. */
  readonly key: Uint8Array;
  readonly records: readonly StorableRecord[];
}

/** What is stored already under a record's first sequence number. */
export interface Stored {
  readonly lastSequence: number;
  readonly parts: readonly Uint8Array[];
}

export interface AppendPlan {
  /** `undefined`: all of it is stored already. */
  readonly head: DocumentHead | undefined;
  /** Whether the document has a row already. */
  readonly base: 'nothing' | 'stored';
  readonly records: readonly StorableRecord[];
  /** First sequence numbers whose rows a longer record takes the place of. */
  readonly replaced: readonly number[];
}

/** Whether a record may have been stored before, which is to be looked up then. */
export function maybeStored(head: DocumentHead, { firstSequence }: StorableRecord): boolean {
  return firstSequence <= head.sequence && firstSequence > (head.snapshot?.sequence ?? 0);
}

/**
 * What has to be written so that these records are stored behind what `head` says.
 * @param stored what is found under the first sequence numbers of records that `maybeStored`
 * @returns `conflict` where a record does not follow, and is no repetition of one that this writer stored
 */
export function planAppend(
  { key, records }: DocumentAppend,
  head: DocumentHead | undefined,
  writer: Uint8Array,
  stored: ReadonlyMap<number, Stored>,
): AppendPlan | 'conflict' {
  const added: StorableRecord[] = [];
  const replaced: number[] = [];
  let sequence = head?.sequence ?? 0;
  let lastModified = head?.lastModified ?? 0;
  for (const record of records) {
    if (record.firstSequence !== sequence + 1) {
      const repetition = head === undefined ? 'none' : repetitionOf(record, head, writer, stored);
      if (repetition === 'none') return 'conflict';
      if (repetition === 'same') continue;
      replaced.push(record.firstSequence);
    }
    added.push(record);
    sequence = record.lastSequence;
    lastModified = record.timestamp;
  }
  const base = head === undefined ? 'nothing' : 'stored';
  if (added.length === 0) return { head: undefined, base, records: [], replaced: [] };
  const incarnation = head?.incarnation ?? randomBytes(16);
  const snapshot = head?.snapshot;
  return { head: { key, sequence, incarnation, writer, lastModified, snapshot }, base, records: added, replaced };
}

function repetitionOf(
  record: StorableRecord,
  head: DocumentHead,
  writer: Uint8Array,
  stored: ReadonlyMap<number, Stored>,
): 'same' | 'longer' | 'none' {
  const isOurs = Buffer.compare(head.writer, writer) === 0;
  // What a snapshot holds is not there to be compared.
  if (record.lastSequence <= (head.snapshot?.sequence ?? 0)) return isOurs ? 'same' : 'none';
  const before = stored.get(record.firstSequence);
  if (before === undefined) return 'none';
  if (isSame(record.parts, before.parts)) return 'same';
  const isNewest = before.lastSequence === head.sequence && record.lastSequence > before.lastSequence;
  return isOurs && isNewest ? 'longer' : 'none';
}

function isSame(some: readonly Uint8Array[], others: readonly Uint8Array[]): boolean {
  return some.length === others.length && some.every((part, at) => Buffer.compare(part, others[at] ?? part) === 0);
}
