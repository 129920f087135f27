import type { LogRecord } from '../../src/domain/repositories/update-log.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';

/** Prefixes of one another, and characters whose UTF-16 order is not their UTF-8 order. */
export const NAMES = ['a', 'a b', 'a/b', 'a/b/c', 'a0', 'aa', 'b', 'ä', '文档', '\uffee', '😀', '文'.repeat(256)];
export const SORTED = [...NAMES].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

/** A record of `documentId` whose updates are texts. The log never looks into an update. */
export function record(
  documentId: string,
  firstSequence: number,
  updates: readonly string[],
  timestamp = 1,
): LogRecord {
  return { documentId: id(documentId), firstSequence, updates: bytes(...updates), timestamp };
}

export function id(value: string): DocumentId {
  return DocumentId.parse(value);
}

export function texts(updates: readonly Uint8Array[] | undefined): string[] {
  return (updates ?? []).map((update) => Buffer.from(update).toString('utf8'));
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function bytes(...values: readonly string[]): Uint8Array[] {
  return values.map(utf8);
}

export function pattern(length: number): Uint8Array {
  const array = new Uint8Array(length);
  for (let index = 0; index < length; index++) array[index] = (index * 31 + (index >> 11)) & 0xff;
  return array;
}
