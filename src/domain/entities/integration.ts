import * as Y from 'yjs';
import { someDelete, type UpdateScan } from '../codecs/scan-update.ts';
import { checkPlacement } from './placement.ts';

/** An update that passed `scanUpdate`, with what that found. */
export interface ScannedUpdate {
  /** Yjs update, encoding v1. */
  readonly update: Uint8Array;
  readonly scan: UpdateScan;
}

/**
 * What an update did to a document. A `gap` needs updates that are not there: it was taken out again, but for the part
 * (an update of its own, if any) that could be integrated.
 */
export type Integration =
  | {
      readonly kind: 'learned';
      /** What stands for the update where it repeats some of what is known, or is not in order; to be kept and passed on in its place. */
      readonly plain?: Uint8Array;
    }
  | { readonly kind: 'known' }
  | {
      readonly kind: 'gap';
      readonly integrated: Uint8Array | undefined;
      /** Yjs clientID → the clock that the document must pass before another try can get further. */
      readonly missing: ReadonlyMap<number, number>;
    };

export const LEARNED: Integration = { kind: 'learned' };
export const KNOWN: Integration = { kind: 'known' };

/** What became of several updates, in their order. */
export interface Integrations {
  readonly each: readonly Integration[];
  /** What was learned of them, as one update, where that is not just one of them. */
  readonly merged: Uint8Array | undefined;
}

/** What a document has learned of an update; nothing where that is nothing. */
export function learnedOf(integration: Integration, update: Uint8Array | undefined): Uint8Array | undefined {
  switch (integration.kind) {
    case 'learned':
      return integration.plain ?? update;
    case 'gap':
      return integration.integrated;
    case 'known':
      return undefined;
  }
}

/** Integrates an update within a transaction. @throws whatever Yjs or `checkPlacement` throws: then the document is suspect. */
export function integrateUpdate(transaction: Y.Transaction, scanned: ScannedUpdate): Integration {
  const { scan } = scanned;
  const { doc } = transaction;
  const deletesBefore = scan.deletes === 0 ? 0 : countDeletes(transaction);
  const before = scan.structs.map(({ client }) => Y.getState(doc.store, client));
  const plain = repeatsSome(scan, before) ? newPart(scanned, before) : undefined;
  const update = plain ?? scanned.update;
  Y.applyUpdate(doc, update);
  scan.structs.forEach(({ client }, at) => {
    checkPlacement(doc.store, client, before[at] ?? 0, update);
  });
  const learned =
    scan.structs.some(({ client }, at) => Y.getState(doc.store, client) !== before[at]) ||
    (scan.deletes > 0 && countDeletes(transaction) !== deletesBefore);
  const { store } = doc;
  if (store.pendingStructs === null && store.pendingDs === null) {
    if (!learned) return KNOWN;
    const kept = isInOrder(scan) ? plain : integratedPart(doc, scan, before);
    return kept === undefined ? LEARNED : { kind: 'learned', plain: kept };
  }
  // Left in, what is missing would be filled by a stranger's honest update, and whatever this one holds would go off
  // in that one's name.
  const missing = missingClocks(store, scanned);
  store.pendingStructs = null;
  store.pendingDs = null;
  return { kind: 'gap', integrated: learned ? integratedPart(doc, scan, before) : undefined, missing };
}

function repeatsSome({ structs }: UpdateScan, before: readonly number[]): boolean {
  return structs.some(({ clock }, at) => clock < (before[at] ?? 0));
}

/** Whether the clients come as Yjs writes them, the highest first: `Y.mergeUpdates` loses structs of others. */
function isInOrder({ structs }: UpdateScan): boolean {
  return structs.every(({ client }, at) => at === 0 || client <= (structs[at - 1]?.client ?? client));
}

/**
 * The update without what is known of its structs. Yjs passes over that by itself; but it throws where a struct goes on with
 * one that is collected, as on reading the log, and where what is repeated is not the same, a merge of the log may prefer it.
 */
function newPart({ update, scan }: ScannedUpdate, before: readonly number[]): Uint8Array {
  const known = new Map<number, number>();
  scan.structs.forEach(({ client }, at) => {
    if ((before[at] ?? 0) > 0) known.set(client, before[at] ?? 0);
  });
  return Y.diffUpdate(update, Y.encodeStateVector(known));
}

/**
 * Pending structs say what they wait for; pending deletes wait for what they delete. Those are read from the update: the
 * form in which Yjs keeps them garbles what is not sorted.
 */
function missingClocks(store: Y.Doc['store'], { update, scan }: ScannedUpdate): ReadonlyMap<number, number> {
  const missing = new Map(store.pendingStructs?.missing);
  if (store.pendingDs === null) return missing;
  someDelete(update, scan, (client, clock, end) => {
    const state = Y.getState(store, client);
    const first = Math.max(clock, state);
    if (end > state) missing.set(client, Math.min(first, missing.get(client) ?? first));
    return false;
  });
  return missing;
}

/** All that is new since `before`, and every delete: more than was learned, but never less. */
function integratedPart(doc: Y.Doc, scan: UpdateScan, before: readonly number[]): Uint8Array {
  const known = Y.decodeStateVector(Y.encodeStateVector(doc));
  scan.structs.forEach(({ client }, at) => {
    known.set(client, before[at] ?? 0);
  });
  return Y.encodeStateAsUpdate(doc, Y.encodeStateVector(known));
}

function countDeletes(transaction: Y.Transaction): number {
  let count = 0;
  for (const items of transaction.deleteSet.clients.values()) count += items.length;
  return count;
}
