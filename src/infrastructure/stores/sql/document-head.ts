import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { isBytes, type SqlRow, type SqlValue } from './sql-database.ts';

/** What the row of a document says; its updates and its snapshot have rows of their own. */
export interface DocumentHead {
  /** UTF-8 of the document's id. */
  readonly key: Uint8Array;
  /** Of the newest update. */
  readonly sequence: number;
  /** Made anew, at random, with the document: 16 bytes. */
  readonly incarnation: Uint8Array;
  /** The store instance that appended last: 16 bytes. */
  readonly writer: Uint8Array;
  /** Unix milliseconds of the newest update. */
  readonly lastModified: number;
  readonly snapshot: SnapshotHead | undefined;
}

export interface SnapshotHead {
  /** Names its rows: 16 random bytes. */
  readonly id: Uint8Array;
  readonly sequence: number;
  /** Unix milliseconds of the newest update in it. */
  readonly lastModified: number;
  readonly bytes: number;
}

/** The columns, in the order of `headValues`; the first is the key. */
export const HEAD_COLUMNS = [
  'id',
  'sequence',
  'incarnation',
  'writer',
  'last_modified',
  'snapshot',
  'snapshot_sequence',
  'snapshot_modified',
  'snapshot_bytes',
  'checksum',
] as const;

const NONE = new Uint8Array(0);

export function headValues(head: DocumentHead): SqlValue[] {
  const { id = NONE, sequence = 0, lastModified = 0, bytes = 0 } = head.snapshot ?? {};
  const { key, incarnation, writer } = head;
  const values = [key, head.sequence, incarnation, writer, head.lastModified, id, sequence, lastModified, bytes];
  return [...values, checksum(values)];
}

/** What `headValues` said; or that some of it has changed since. */
export function readHead(row: SqlRow): DocumentHead | 'damaged' {
  const { id, incarnation, writer, snapshot } = row;
  const values = HEAD_COLUMNS.slice(0, -1).map((column) => row[column]);
  if (!values.every((value) => value !== undefined) || checksum(values) !== row.checksum) return 'damaged';
  if (!isBytes(id) || !isBytes(incarnation) || !isBytes(writer) || !isBytes(snapshot)) return 'damaged';
  return {
    key: id,
    sequence: Number(row.sequence),
    incarnation,
    writer,
    lastModified: Number(row.last_modified),
    snapshot:
      snapshot.length === 0
        ? undefined
        : {
            id: snapshot,
            sequence: Number(row.snapshot_sequence),
            lastModified: Number(row.snapshot_modified),
            bytes: Number(row.snapshot_bytes),
          },
  };
}

function checksum(values: readonly SqlValue[]): number {
  return crc32(Buffer.concat(values.flatMap(encoded)));
}

/** Each behind its length, so that nothing moves from one to the next unseen. */
function encoded(value: SqlValue): Uint8Array[] {
  const number = Buffer.alloc(8);
  number.writeDoubleBE(typeof value === 'number' ? value : value.length);
  return typeof value === 'number' ? [number] : [number, value];
}
