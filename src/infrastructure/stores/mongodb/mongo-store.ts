import { randomBytes } from 'node:crypto';
import type { Collections } from './collections.ts';
import type { KnownDocuments } from './known-documents.ts';

/** What every call on the store works with. */
export interface MongoStore {
  readonly collections: Collections;
  readonly known: KnownDocuments;
}

/** Sets a try to store a value apart from all others. */
export function newStamp(): string {
  return randomBytes(8).toString('hex');
}
