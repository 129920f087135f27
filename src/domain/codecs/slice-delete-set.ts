import * as encoding from 'lib0/encoding';
import { ByteReader } from './byte-reader.ts';
import type { UpdateScan } from './scan-update.ts';

/** Delete ranges of one client that follow one another, as bytes `[from, to)` of the update they come from. */
interface Run {
  readonly client: number;
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The delete set of an update as updates without structs, each with at most `most` ranges, in their order.
 * @param scan what a scan of the same bytes returned
 */
export function* sliceDeleteSet(update: Uint8Array, scan: UpdateScan, most: number): Generator<Uint8Array, void> {
  const reader = new ByteReader(update);
  reader.position = scan.deletesAt;
  let runs: Run[] = [];
  let left = most;
  for (let clients = reader.varUint(); clients > 0; clients--) {
    const client = reader.varUint();
    for (let unread = reader.varUint(); unread > 0; ) {
      const count = Math.min(unread, left);
      const from = reader.position;
      for (let numbers = 2 * count; numbers > 0; numbers--) reader.varUint();
      runs.push({ client, count, from, to: reader.position });
      unread -= count;
      left -= count;
      if (left > 0) continue;
      yield encodeRuns(update, runs);
      runs = [];
      left = most;
    }
  }
  if (runs.length > 0) yield encodeRuns(update, runs);
}

function encodeRuns(update: Uint8Array, runs: readonly Run[]): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 0); // no structs
    encoding.writeVarUint(encoder, runs.length);
    for (const { client, count, from, to } of runs) {
      encoding.writeVarUint(encoder, client);
      encoding.writeVarUint(encoder, count);
      encoding.writeUint8Array(encoder, update.subarray(from, to));
    }
  });
}
