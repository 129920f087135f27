import { Buffer } from 'node:buffer';
import { type Joined, joinParts, type PartsKey, partsOf, splitIntoParts } from '../shared/parts.ts';
import type { ChunkRow, ValueFields } from './collections.ts';
import { type ChunkKind, chunkId, chunkPrefix, chunksOf } from './keys.ts';
import type { MongoStore } from './mongo-store.ts';

/** Where a value belongs. All of it is covered by the checksums of its parts. */
export interface ValuePlace {
  /** The document's id. */
  readonly document: string;
  readonly incarnation: string;
  readonly kind: ChunkKind;
  readonly sequence: number;
  readonly stamp: string;
  /** The other fields of its row. */
  readonly fields: readonly (number | string)[];
}

export interface RowsOfValue {
  readonly fields: ValueFields;
  /** To be stored before the row that refers to them. */
  readonly chunks: readonly ChunkRow[];
}

export function rowsOfValue(place: ValuePlace, bytes: Uint8Array): RowsOfValue {
  const { stamp } = place;
  const [only, ...more] = splitIntoParts(partsKey(place, partsOf(bytes.length)), bytes);
  if (only === undefined || more.length === 0) return { fields: { parts: 1, value: only ?? null, stamp }, chunks: [] };
  const prefix = prefixOf(place);
  const chunks = [only, ...more].map((value, part) => ({ _id: chunkId(prefix, part), value }));
  return { fields: { parts: chunks.length, value: null, stamp }, chunks };
}

/** Reads the chunks, where there are some, and checks all. */
export async function readValue(
  { collections }: MongoStore,
  place: ValuePlace,
  { parts, value }: ValueFields,
): Promise<Joined> {
  if (value !== null) return joinParts(partsKey(place, parts), [value]);
  const chunks = await collections.chunks
    .find(chunksOf(prefixOf(place)))
    .sort({ _id: 1 })
    .toArray();
  return joinParts(
    partsKey(place, parts),
    chunks.map((chunk) => chunk.value),
  );
}

export function prefixOf({ incarnation, kind, sequence, stamp }: ValuePlace): string {
  return chunkPrefix(incarnation, kind, sequence, stamp);
}

function partsKey({ document, fields, ...place }: ValuePlace, parts: number): PartsKey {
  const { incarnation, kind, sequence, stamp } = place;
  return {
    document: Buffer.from(document),
    name: Buffer.from(JSON.stringify([incarnation, kind, sequence, stamp, ...fields])),
    parts,
  };
}
