import { ByteReader } from '../codecs/byte-reader.ts';
import type { UpdateScan } from '../codecs/scan-update.ts';
import { Stride } from '../codecs/stride.ts';
import { DeleteRanges, type Range } from './delete-ranges.ts';
import type { ScannedUpdate } from './integration.ts';

/** Ranges of a step. */
const STEP_RANGES = 8192;

/**
 * `DeleteRanges.of` for updates of any size: each `next()` does a bounded piece. Linear where each update has its ranges
 * in order, as Yjs writes them; never worse than a sort.
 */
export function* deleteRangesInSteps(updates: Iterable<ScannedUpdate>): Generator<undefined, DeleteRanges> {
  const runs = new Map<number, Range[][]>();
  for (const { update, scan } of updates) {
    for (const found of rangesOf(update, scan)) {
      if (found === undefined) yield;
      else addToRuns(runs, found.client, found);
    }
  }
  const ranges = new Map<number, readonly Range[]>();
  for (const [client, each] of runs) ranges.set(client, yield* joined(each));
  return new DeleteRanges(ranges);
}

/** Whether everything that an update deletes is in `deleted`, in steps. */
export function* coversInSteps(deleted: DeleteRanges, { update, scan }: ScannedUpdate): Generator<undefined, boolean> {
  for (const found of rangesOf(update, scan)) {
    if (found === undefined) yield;
    else if (!deleted.covers(found.client, found.clock, found.end)) return false;
  }
  return true;
}

/** The delete ranges of an update, and `undefined` where a step ends. */
function* rangesOf(update: Uint8Array, scan: UpdateScan): Generator<(Range & { client: number }) | undefined, void> {
  const stride = new Stride(STEP_RANGES, Number.POSITIVE_INFINITY);
  const reader = new ByteReader(update);
  reader.position = scan.deletesAt;
  for (let clients = reader.varUint(); clients > 0; clients--) {
    const client = reader.varUint();
    for (let ranges = reader.varUint(); ranges > 0; ranges--) {
      const clock = reader.varUint();
      yield { client, clock, end: clock + reader.varUint() };
      if (stride.isDone(reader.position)) yield undefined;
    }
    if (stride.isDone(reader.position)) yield undefined;
  }
}

/** A run is in order and joined; what is not behind the last run's last range begins another run. */
function addToRuns(runs: Map<number, Range[][]>, client: number, { clock, end }: Range): void {
  const known = runs.get(client);
  const run = known?.at(-1);
  if (known === undefined) runs.set(client, [[{ clock, end }]]);
  else if (run === undefined || clock < (run.at(-1)?.clock ?? 0)) known.push([{ clock, end }]);
  else append(run, { clock, end });
}

/** A merge sort whose first round is given. */
function* joined(runs: readonly Range[][]): Generator<undefined, readonly Range[]> {
  const stride = new Stride(STEP_RANGES, Number.POSITIVE_INFINITY);
  let level = runs;
  while (level.length > 1) {
    const next: Range[][] = [];
    for (let at = 0; at < level.length; at += 2) next.push(yield* merged(level[at] ?? [], level[at + 1] ?? [], stride));
    level = next;
  }
  return level[0] ?? [];
}

function* merged(one: Range[], other: Range[], stride: Stride): Generator<undefined, Range[]> {
  if (other.length === 0) return one;
  const result: Range[] = [];
  for (let i = 0, j = 0; i < one.length || j < other.length; ) {
    const [left, right] = [one[i], other[j]];
    const range = left !== undefined && (right === undefined || left.clock <= right.clock) ? left : right;
    if (range === left) i++;
    else j++;
    if (range !== undefined) append(result, range);
    if (stride.isDone(0)) yield;
  }
  return result;
}

function append(run: Range[], range: Range): void {
  const last = run.at(-1);
  if (last === undefined || range.clock > last.end) run.push(range);
  else if (range.end > last.end) last.end = range.end;
}
