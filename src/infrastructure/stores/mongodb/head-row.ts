import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { DamagedDocumentError } from '../../../domain/repositories/update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { HeadRow } from './collections.ts';
import type { MongoStore } from './mongo-store.ts';

export function headRow({ value }: DocumentId, incarnation: string): HeadRow {
  return { _id: value, incarnation, checksum: checksumOf(value, incarnation) };
}

/** The incarnation of a stored document. @throws DamagedDocumentError */
export async function incarnationOfStored(
  { collections }: MongoStore,
  documentId: DocumentId,
): Promise<string | undefined> {
  const row = await collections.documents.findOne({ _id: documentId.value });
  if (row === null) return undefined;
  if (isSound(row)) return row.incarnation;
  throw new DamagedDocumentError(documentId, 'the checksum of its entry does not match');
}

export function isSound({ _id, incarnation, checksum }: HeadRow): boolean {
  return typeof incarnation === 'string' && checksum === checksumOf(_id, incarnation);
}

function checksumOf(id: string, incarnation: string): number {
  return crc32(Buffer.from(`${id}\0${incarnation}`));
}
