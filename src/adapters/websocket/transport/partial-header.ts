import { headerBytes, MAX_HEADER_BYTES } from './frame-header.ts';

/** A frame's header that did not come in one piece. */
export class PartialHeader {
  readonly bytes = Buffer.alloc(MAX_HEADER_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Takes what is missing from `input` at `at`, and returns the place behind it. */
  take(input: Buffer, at: number): number {
    let next = at;
    while (next < input.length && !this.isWhole) this.bytes[this.#length++] = input[next++] ?? 0;
    return next;
  }

  /** Whether the first two bytes are there, which most faults show in. */
  get isJudgeable(): boolean {
    return this.#length >= 2;
  }

  get isWhole(): boolean {
    return this.isJudgeable && this.#length === headerBytes(this.bytes[1] ?? 0);
  }
}
