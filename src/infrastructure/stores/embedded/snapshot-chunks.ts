import { Buffer } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { StoredSnapshot } from '../shared/assemble-document.ts';
import type { Change } from './commit-queue.ts';
import type { Handles } from './environment.ts';
import { chunkKey, recordRange, snapshotKey } from './keys.ts';
import {
  type Chunked,
  damagedSnapshot,
  decodeSnapshot,
  type SnapshotContent,
  type SnapshotHead,
} from './snapshot-codec.ts';

/** A chunk is copied and checked within about a millisecond; others have their turn after some of them. */
const CHUNK_BYTES = 1024 * 1024;
const CHUNKS_A_STEP = 4;

/** How an update is stored. Its checksums are made in steps, for it may have a hundred megabytes. */
export async function chunked(update: Uint8Array): Promise<SnapshotContent> {
  if (update.length <= CHUNK_BYTES) return { kind: 'whole', update };
  const checksums: number[] = [];
  for (let start = 0; start < update.length; start += CHUNK_BYTES) {
    if (checksums.length % CHUNKS_A_STEP === CHUNKS_A_STEP - 1) await setImmediate();
    checksums.push(crc32(update.subarray(start, start + CHUNK_BYTES)));
  }
  return { kind: 'chunked', length: update.length, chunkBytes: CHUNK_BYTES, checksums };
}

/** The changes that put the chunks of an update. They are views of it, so it must stay as it is. */
export function putChunks(documentId: DocumentId, { content, sequence }: SnapshotHead, update: Uint8Array): Change[] {
  if (content.kind === 'whole') return [];
  return content.checksums.map((_, index): Change => {
    const start = index * content.chunkBytes;
    const value = update.subarray(start, start + content.chunkBytes);
    return { database: 'chunks', key: chunkKey(documentId, sequence, index), value };
  });
}

/** The changes that remove whatever chunks the database has of a document. */
export function removeChunks({ chunks }: Handles, documentId: DocumentId): Change[] {
  const keys = [...chunks.getKeys(recordRange(documentId))];
  return keys.map((key): Change => ({ database: 'chunks', key: Buffer.from(key), value: undefined }));
}

/**
 * The snapshot that `head` stands for, read in steps; or that another one has taken its place meanwhile, or none.
 * @param handles of the file, which may be opened anew between two steps
 * @throws DamagedDocumentError
 */
export async function readWhole(
  handles: () => Promise<Handles>,
  documentId: DocumentId,
  head: SnapshotHead,
): Promise<StoredSnapshot | 'replaced'> {
  const { content, sequence, lastModified } = head;
  if (content.kind === 'whole') return { sequence, lastModified, update: content.update };
  const update = new Uint8Array(content.length);
  for (const index of content.checksums.keys()) {
    if (index % CHUNKS_A_STEP === CHUNKS_A_STEP - 1) await setImmediate();
    const current = await handles();
    const damage = copyChunk(current, chunkKey(documentId, sequence, index), content, index, update);
    if (damage === undefined) continue;
    if (isStored(current, documentId, head)) throw damagedSnapshot(documentId, damage);
    return 'replaced';
  }
  return { sequence, lastModified, update };
}

/** @returns what is wrong with it */
function copyChunk(
  { chunks }: Handles,
  key: Buffer,
  { chunkBytes, checksums }: Chunked,
  index: number,
  update: Uint8Array,
): string | undefined {
  const value = chunks.get(key);
  if (value === undefined) return `its chunk ${index} is missing`;
  // Not a Buffer whose `length` was redefined: see `owned` in read-document.ts.
  const chunk = new Uint8Array(value.buffer, value.byteOffset, value.length);
  const start = index * chunkBytes;
  if (chunk.length !== Math.min(chunkBytes, update.length - start))
    return `its chunk ${index} has ${chunk.length} bytes`;
  if (crc32(chunk) !== checksums[index]) return `the checksum of its chunk ${index} does not match`;
  update.set(chunk, start);
  return undefined;
}

function isStored({ snapshots }: Handles, documentId: DocumentId, head: SnapshotHead): boolean {
  const key = snapshotKey(documentId);
  const value = snapshots.get(key);
  if (value === undefined) return false;
  const { content, sequence } = decodeSnapshot(documentId, key, value);
  if (content.kind === 'whole' || head.content.kind === 'whole' || sequence !== head.sequence) return false;
  const { checksums } = head.content;
  return content.checksums.every((checksum, index) => checksum === checksums[index]);
}
