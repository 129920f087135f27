import * as encoding from 'lib0/encoding';
import { DeleteCursor } from './delete-cursor.ts';
import type { IndexedScan } from './scan-in-steps.ts';

/** Delete ranges of one client: clock, length, clock, length … */
export interface ClientDeletes {
  readonly client: number;
  readonly ranges: readonly number[];
}

/** Hands out the delete ranges of an update, each once. */
export class SliceDeletes {
  readonly #update: Uint8Array;
  readonly #sections: IndexedScan['deleteSections'];
  readonly #cursors = new Map<number, DeleteCursor>();
  /** The most ranges at a time. */
  readonly #most: number;

  constructor(update: Uint8Array, scan: IndexedScan, most: number) {
    this.#update = update;
    this.#sections = scan.deleteSections;
    this.#most = most;
  }

  /** Ranges below a clock for each client. */
  below(ends: Iterable<{ readonly client: number; readonly end: number }>): readonly ClientDeletes[] {
    const deletes: ClientDeletes[] = [];
    let left = this.#most;
    for (const { client, end } of ends) {
      const ranges = this.#cursor(client)?.take(end, left) ?? [];
      if (ranges.length > 0) deletes.push({ client, ranges });
      left -= ranges.length / 2;
    }
    return deletes;
  }

  /** All that was not handed out. */
  *rest(): Generator<readonly ClientDeletes[], void> {
    let deletes: ClientDeletes[] = [];
    let left = this.#most;
    for (const client of this.#sections.keys()) {
      for (;;) {
        const ranges = this.#cursor(client)?.take(Number.POSITIVE_INFINITY, left) ?? [];
        if (ranges.length === 0) break;
        deletes.push({ client, ranges });
        left -= ranges.length / 2;
        if (left > 0) break;
        yield deletes;
        deletes = [];
        left = this.#most;
      }
    }
    if (deletes.length > 0) yield deletes;
  }

  #cursor(client: number): DeleteCursor | undefined {
    const known = this.#cursors.get(client);
    if (known !== undefined) return known;
    const sections = this.#sections.get(client);
    if (sections === undefined) return undefined;
    const cursor = new DeleteCursor(this.#update, sections);
    this.#cursors.set(client, cursor);
    return cursor;
  }
}

/** Writes a delete set, encoding v1: `writeDeleteSet` in yjs/src/utils/DeleteSet.js. */
export function writeDeletes(encoder: encoding.Encoder, deletes: readonly ClientDeletes[]): void {
  encoding.writeVarUint(encoder, deletes.length);
  for (const { client, ranges } of deletes) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, ranges.length / 2);
    for (const number of ranges) encoding.writeVarUint(encoder, number);
  }
}
