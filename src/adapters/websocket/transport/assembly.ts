import { unmask } from './mask.ts';

/** Bytes that are set aside for a frame before any of it has come. */
const FIRST_CAPACITY = 64 * 1024;

/**
 * Payload that comes in pieces, in one buffer that at least doubles when it is full: each byte is copied about twice,
 * however small the pieces, and what is set aside stays in proportion to what has come, whatever was announced.
 */
export class Assembly {
  #bytes = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /**
   * Adds `source` from `start` to `end`.
   * @param atMost bytes that this assembly will have in the end; infinite where more frames follow
   */
  append(source: Uint8Array, start: number, end: number, atMost: number): void {
    const needed = this.#length + end - start;
    if (needed > this.#bytes.length) this.#grow(needed, atMost);
    this.#bytes.set(source.subarray(start, end), this.#length);
    this.#length = needed;
  }

  unmaskFrom(start: number, key: number): void {
    unmask(this.#bytes, start, this.#length, key);
  }

  /** All of it, not copied. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(needed: number, atMost: number): void {
    const first = Number.isFinite(atMost) ? FIRST_CAPACITY : 0;
    const roomy = Math.min(atMost, this.#length === 0 ? first : 2 * this.#bytes.length);
    // Not of Node's pool, which a small message that is kept would keep as well.
    const bytes = Buffer.allocUnsafeSlow(Math.max(needed, roomy));
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
  }
}
