import * as Y from 'yjs';
import { someDelete } from '../codecs/scan-update.ts';
import type { ScannedUpdate } from './integration.ts';

/**
 * Whether a document has everything that an update holds. Deletes are looked at only as Yjs writes them, in the order of
 * their clocks: others could have every element looked at again and again.
 */
export function isRepeated({ store }: Y.Doc, { update, scan }: ScannedUpdate): boolean {
  if (scan.structs.some(({ client, end }) => end > Y.getState(store, client))) return false;
  if (scan.deletes === 0) return true;
  const looked = new Map<number, number>();
  return !someDelete(update, scan, (client, clock, end) => {
    if (clock < (looked.get(client) ?? 0)) return true;
    looked.set(client, end);
    return !isDeleted(store, client, clock, end);
  });
}

function isDeleted(store: Y.Doc['store'], client: number, clock: number, end: number): boolean {
  const structs = store.clients.get(client);
  if (structs === undefined || end > Y.getState(store, client)) return false;
  for (let at = Y.findIndexSS(structs, clock); at < structs.length; at++) {
    const struct = structs[at];
    if (struct === undefined || struct.id.clock >= end) return true;
    if (!struct.deleted) return false;
  }
  return true;
}
