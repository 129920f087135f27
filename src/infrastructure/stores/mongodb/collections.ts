import type { Collection, Db } from 'mongodb';

/** A document that is stored. Inserted once, never changed: a server without transactions still sees it whole. */
export interface HeadRow {
  /** The document's id. */
  readonly _id: string;
  /** Made anew, at random, with the document: 32 hexadecimal digits. All its other rows are under it. */
  readonly incarnation: string;
  readonly checksum: number;
}

/** A value in its row, or, where it has several parts, in chunks. */
export interface ValueFields {
  readonly parts: number;
  /** The only part; null where there are several. */
  readonly value: Uint8Array | null;
  /** 16 hexadecimal digits at random: which try to store it this is. */
  readonly stamp: string;
}

/** A record. Its `_id` names the incarnation and the first sequence number, so that of two servers one stores it. */
export interface UpdateRow extends ValueFields {
  readonly _id: string;
  /** The sequence number of its last update. */
  readonly last: number;
}

/** A snapshot. Its `_id` names the incarnation and its sequence number; the highest counts. */
export interface SnapshotRow extends ValueFields {
  readonly _id: string;
  /** Bytes of the snapshot. */
  readonly bytes: number;
  /** Unix milliseconds of the newest update in it. */
  readonly lastModified: number;
  /** The stamp of the newest record in it. */
  readonly ends: string;
}

export interface ChunkRow {
  readonly _id: string;
  readonly value: Uint8Array;
}

/** A deletion that is under way, or was when its server ended. */
interface DeletionRow {
  /** The incarnation. */
  readonly _id: string;
  readonly document: string;
}

interface SchemaRow {
  readonly _id: string;
  readonly version: number;
}

export interface Collections {
  readonly documents: Collection<HeadRow>;
  readonly updates: Collection<UpdateRow>;
  readonly snapshots: Collection<SnapshotRow>;
  readonly chunks: Collection<ChunkRow>;
  readonly deletions: Collection<DeletionRow>;
  readonly schema: Collection<SchemaRow>;
}

/** @param prefix of the collections' names */
export function collectionsOf(db: Db, prefix: string): Collections {
  return {
    documents: db.collection(`${prefix}documents`),
    updates: db.collection(`${prefix}updates`),
    snapshots: db.collection(`${prefix}snapshots`),
    chunks: db.collection(`${prefix}chunks`),
    deletions: db.collection(`${prefix}deletions`),
    schema: db.collection(`${prefix}schema`),
  };
}
