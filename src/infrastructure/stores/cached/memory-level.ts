import { LRUCache } from 'lru-cache';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { CachedDocument, CacheLevel } from './cache-level.ts';

/** About what an entry takes beside its updates, and each of these. */
const ENTRY_BYTES = 512;
const UPDATE_BYTES = 128;

/** Documents in this process's memory. Those used the longest ago go first. */
export class MemoryLevel implements CacheLevel {
  readonly name = 'memory';
  readonly #documents: LRUCache<string, CachedDocument>;

  /** @param maxBytes of all documents; one that takes more than half of it is not kept */
  constructor(maxBytes: number) {
    this.#documents = new LRUCache({
      maxSize: maxBytes,
      maxEntrySize: Math.ceil(maxBytes / 2),
      sizeCalculation: bytesOf,
    });
  }

  /** Bytes that it holds now, about. */
  get bytes(): number {
    return this.#documents.calculatedSize;
  }

  async get({ value }: DocumentId): Promise<CachedDocument | undefined> {
    return this.#documents.get(value);
  }

  async set({ value }: DocumentId, cached: CachedDocument): Promise<void> {
    this.#documents.set(value, cached);
  }

  async forget({ value }: DocumentId): Promise<void> {
    this.#documents.delete(value);
  }

  async close(): Promise<void> {
    this.#documents.clear();
  }
}

/** Counts the buffers behind the updates: a view of a few bytes keeps all of its buffer alive. */
function bytesOf({ document: { snapshot, tail } }: CachedDocument, id: string): number {
  const updates = snapshot === undefined ? tail : [snapshot.update, ...tail];
  const buffers = new Set(updates.map(({ buffer }) => buffer));
  let bytes = ENTRY_BYTES + id.length * 2 + updates.length * UPDATE_BYTES;
  for (const { byteLength } of buffers) bytes += byteLength;
  return bytes;
}
