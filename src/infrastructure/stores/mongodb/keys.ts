/** The `_id`s of rows, and the conditions that find them. All are strings, which servers compare by their UTF-8 bytes. */

/** Matches one range of `_id`s. */
export interface IdRange {
  readonly _id: { readonly $gt?: string; readonly $gte?: string; readonly $lt?: string; readonly $lte?: string };
}

/** `updates` are parts of updates, `snapshots` of snapshots. */
export type ChunkKind = 'updates' | 'snapshots';

/** Of an update that starts at this sequence number, or of a snapshot that ends there. */
export function rowId(incarnation: string, sequence: number): string {
  return `${incarnation}:${sequence.toString(16).padStart(14, '0')}`;
}

export function sequenceOf(id: string): number {
  return Number.parseInt(id.slice(id.indexOf(':') + 1), 16);
}

export function incarnationOf(id: string): string {
  return id.slice(0, id.indexOf(':'));
}

/** All rows of an incarnation. */
export function rowsOf(incarnation: string): IdRange {
  return { _id: { $gt: `${incarnation}:`, $lt: `${incarnation};` } };
}

/** Those with this sequence number or a higher one. */
export function rowsFrom(incarnation: string, sequence: number): IdRange {
  return { _id: { $gte: rowId(incarnation, sequence), $lt: `${incarnation};` } };
}

/** Those with this sequence number or a lower one. */
export function rowsUpTo(incarnation: string, sequence: number): IdRange {
  return { _id: { $gt: `${incarnation}:`, $lte: rowId(incarnation, sequence) } };
}

/** Those with a lower sequence number. */
export function rowsBefore(incarnation: string, sequence: number): IdRange {
  return { _id: { $gt: `${incarnation}:`, $lt: rowId(incarnation, sequence) } };
}

/** What the `_id`s of a value's chunks start with; the stamp sets them apart from those of another try. */
export function chunkPrefix(incarnation: string, kind: ChunkKind, sequence: number, stamp: string): string {
  return `${chunkPlace(incarnation, kind, sequence)}:${stamp}:`;
}

export function chunkId(prefix: string, part: number): string {
  return prefix + part.toString(16).padStart(6, '0');
}

/** All chunks of a value. */
export function chunksOf(prefix: string): IdRange {
  return { _id: { $gt: prefix, $lt: `${prefix}g` } };
}

/** Chunks of everything that a snapshot takes the place of; its own are apart. */
export function chunksReplaced(incarnation: string, sequence: number, stamp: string): readonly IdRange[] {
  const own = chunkPrefix(incarnation, 'snapshots', sequence, stamp);
  return [
    { _id: { $gt: `${incarnation}:updates:`, $lt: `${chunkPlace(incarnation, 'updates', sequence)};` } },
    { _id: { $gt: `${incarnation}:snapshots:`, $lt: own } },
    { _id: { $gt: `${own}g`, $lt: `${chunkPlace(incarnation, 'snapshots', sequence)};` } },
  ];
}

function chunkPlace(incarnation: string, kind: ChunkKind, sequence: number): string {
  return `${incarnation}:${kind}:${sequence.toString(16).padStart(14, '0')}`;
}
