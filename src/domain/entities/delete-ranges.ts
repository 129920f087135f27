import { scanUpdate, someDelete } from '../codecs/scan-update.ts';

interface Range {
  clock: number;
  end: number;
}

/** Which elements are deleted: for each Yjs client, ranges of clocks that neither touch nor overlap, in their order. */
export class DeleteRanges {
  readonly #ranges: ReadonlyMap<number, readonly Range[]>;

  private constructor(ranges: ReadonlyMap<number, readonly Range[]>) {
    this.#ranges = ranges;
  }

  /** Everything that these updates (Yjs, encoding v1) delete. @throws CollaborationError `invalid` */
  static of(updates: readonly Uint8Array[]): DeleteRanges {
    const ranges = new Map<number, Range[]>();
    for (const update of updates) {
      someDelete(update, scanUpdate(update), (client, clock, end) => {
        const known = ranges.get(client);
        if (known === undefined) ranges.set(client, [{ clock, end }]);
        else known.push({ clock, end });
        return false;
      });
    }
    for (const [client, each] of ranges) ranges.set(client, joined(each));
    return new DeleteRanges(ranges);
  }

  /** Whether all of `[clock, end)` is deleted. */
  covers(client: number, clock: number, end: number): boolean {
    const ranges = this.#ranges.get(client) ?? [];
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ranges[middle]?.clock ?? 0) <= clock) low = middle + 1;
      else high = middle;
    }
    return end <= (ranges[low - 1]?.end ?? -1);
  }
}

function joined(ranges: Range[]): Range[] {
  ranges.sort((one, other) => one.clock - other.clock);
  const result: Range[] = [];
  for (const range of ranges) {
    const last = result.at(-1);
    if (last === undefined || range.clock > last.end) result.push(range);
    else if (range.end > last.end) last.end = range.end;
  }
  return result;
}
