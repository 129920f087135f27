import { Buffer } from 'node:buffer';

/** Fills one buffer of a size that is known beforehand: an update may have a hundred megabytes. */
export class ByteWriter {
  /** Not zeroed: its bytes are random until all of them were written. */
  readonly bytes: Uint8Array;
  readonly #buffer: Buffer;
  #position = 0;

  constructor(size: number) {
    this.#buffer = Buffer.allocUnsafe(size);
    this.bytes = new Uint8Array(this.#buffer.buffer, this.#buffer.byteOffset, size);
  }

  get position(): number {
    return this.#position;
  }

  /** A non-negative safe integer: seven bits a byte, lowest first, as lib0 reads it with `readVarUint`. */
  varUint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.#position++] = 0x80 | (rest % 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.#position++] = rest;
  }

  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#position);
    this.#position += bytes.length;
  }

  utf8(text: string): void {
    this.#position += this.#buffer.write(text, this.#position, 'utf8');
  }
}

/** How many bytes `ByteWriter.varUint` needs for a value. */
export function varUintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) length++;
  return length;
}
