import { ByteReader } from './byte-reader.ts';
import type { DeleteSection } from './scan-in-steps.ts';

/** Reads the delete ranges of one client in an update that was scanned, as far as asked for. */
export class DeleteCursor {
  readonly #reader: ByteReader;
  readonly #sections: readonly DeleteSection[];
  #section = 0;
  #unread = 0;
  #clock = 0;
  #end = 0;

  constructor(update: Uint8Array, sections: readonly DeleteSection[]) {
    this.#reader = new ByteReader(update);
    this.#sections = sections;
  }

  /**
   * The next ranges below clock `end`, at most `most` of them; a range that goes on behind it is cut there. Stops at the
   * first range that is not below it, so ranges out of order come late, never early.
   * @returns clock, length, clock, length …
   */
  take(end: number, most: number): readonly number[] {
    const ranges: number[] = [];
    while (ranges.length < 2 * most && this.#hasRange() && this.#clock < end) {
      const until = Math.min(this.#end, end);
      ranges.push(this.#clock, until - this.#clock);
      this.#clock = until;
    }
    return ranges;
  }

  /** Reads the next range where nothing is left of the last one. */
  #hasRange(): boolean {
    if (this.#clock < this.#end) return true;
    while (this.#unread === 0) {
      const section = this.#sections[this.#section++];
      if (section === undefined) return false;
      this.#reader.position = section.at;
      this.#unread = section.count;
    }
    this.#unread--;
    this.#clock = this.#reader.varUint();
    this.#end = this.#clock + this.#reader.varUint();
    return true;
  }
}
