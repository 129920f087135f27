import { ByteReader, invalid } from './byte-reader.ts';
import { advance } from './clock.ts';
import { scanItem } from './scan-item.ts';

/** The structs of one client with clocks in `[clock, end)`. */
export interface ClientRange {
  readonly client: number;
  readonly clock: number;
  readonly end: number;
}

/** What a Yjs update, encoding v1, talks about. */
export interface UpdateScan {
  /** Runs of structs in the order of the update. A client has several where Skip structs separate them. */
  readonly structs: readonly ClientRange[];
  /** Number of delete ranges. */
  readonly deletes: number;
  /** Where the delete set starts, for `someDelete`. */
  readonly deletesAt: number;
  /** Bytes of the update itself. Yjs ignores what follows them, so `update.subarray(0, size)` is the same update. */
  readonly size: number;
}

/** A run of structs takes at least a count, a client and a clock; a struct at least its info and one byte. */
export const MIN_CLIENT_BYTES = 3;
export const MIN_STRUCT_BYTES = 2;
export const MIN_DELETE_BYTES = 2;

/** Info bytes of structs that are no items: yjs/src/structs/GC.js and Skip.js. */
export const GC = 0;
export const SKIP = 10;

/**
 * Walks a Yjs update, encoding v1, once and builds no structs: what Yjs would read (`readClientsStructRefs` in
 * yjs/src/utils/encoding.js, `readDeleteSet` in yjs/src/utils/DeleteSet.js), in constant memory but for the ranges it
 * returns. Whatever `Y.decodeUpdate` rejects is rejected, and what Yjs reads but then trips over, as far as the bytes
 * alone show it (SPEC.md, DOC10 to DOC16). Bytes behind the delete set are tolerated, as Yjs does: see `size`.
 * @throws CollaborationError `invalid`
 */
export function scanUpdate(update: Uint8Array): UpdateScan {
  const reader = new ByteReader(update);
  const structs: ClientRange[] = [];
  scanClients(reader, structs);
  const deletesAt = reader.position;
  const deletes = scanDeleteSet(reader);
  return { structs, deletes, deletesAt, size: reader.position };
}

/**
 * Whether `test` holds for any delete range `[clock, end)` of an update that `scanUpdate` accepted; stops at the first.
 * Ranges may overlap and come in any order.
 */
export function someDelete(
  update: Uint8Array,
  scan: UpdateScan,
  test: (client: number, clock: number, end: number) => boolean,
): boolean {
  const reader = new ByteReader(update);
  reader.position = scan.deletesAt;
  for (let clients = reader.varUint(); clients > 0; clients--) {
    const client = reader.varUint();
    for (let ranges = reader.varUint(); ranges > 0; ranges--) {
      const clock = reader.varUint();
      if (test(client, clock, clock + reader.varUint())) return true;
    }
  }
  return false;
}

function scanClients(reader: ByteReader, structs: ClientRange[]): void {
  let previous = Number.POSITIVE_INFINITY;
  let seen: Set<number> | null = null;
  for (let left = reader.count(MIN_CLIENT_BYTES); left > 0; left--) {
    const count = reader.count(MIN_STRUCT_BYTES);
    const client = reader.varUint();
    // Yjs would keep only the second part. It writes clients in descending order, and none without structs, so only
    // other updates pay for the set.
    if (client >= previous || seen !== null || count === 0) {
      seen ??= new Set(structs.map((range) => range.client)).add(previous);
      if (seen.has(client)) throw invalid('An update has two parts for one client.');
      seen.add(client);
    }
    previous = client;
    scanStructs(reader, client, count, structs);
  }
}

function scanStructs(reader: ByteReader, client: number, count: number, structs: ClientRange[]): void {
  let end = reader.varUint();
  let clock = end;
  for (let left = count; left > 0; left--) {
    const info = reader.byte();
    if (info === SKIP) {
      if (end > clock) structs.push({ client, clock, end });
      end = advance(end, reader.varUint());
      clock = end;
    } else {
      end = advance(end, info === GC ? reader.varUint() : scanItem(reader, info, client, end));
    }
  }
  if (end > clock) structs.push({ client, clock, end });
}

function scanDeleteSet(reader: ByteReader): number {
  let deletes = 0;
  for (let clients = reader.count(MIN_DELETE_BYTES); clients > 0; clients--) {
    reader.varUint(); // the client
    const ranges = reader.count(MIN_DELETE_BYTES);
    for (let left = ranges; left > 0; left--) advance(reader.varUint(), reader.varUint());
    deletes += ranges;
  }
  return deletes;
}
