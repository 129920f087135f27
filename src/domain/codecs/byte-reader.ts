import { decodeUtf8 } from 'lib0/string';
import { CollaborationError } from '../errors.ts';
import { utf16Length } from './utf8.ts';

/** 8 × 7 bits hold any integer up to 2^53 - 1; lib0 reads longer, padded ones, some of them as NaN. */
const MAX_VARINT_BYTES = 8;

/** Bytes from which on the platform decodes a text faster, with its allocation, than a loop here measures it. */
const NATIVE_FASTER = 256;

export function invalid(message: string): CollaborationError {
  return new CollaborationError('invalid', message);
}

/**
 * Reads lib0 encoding from a stranger: every read is bounds-checked and throws `CollaborationError('invalid')` where
 * lib0 throws, and also where lib0 silently goes on: past the end, or with a number beyond 2^53 - 1.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  byte(): number {
    const byte = this.bytes[this.position];
    if (byte === undefined) throw invalid('The data ends too early.');
    this.position++;
    return byte;
  }

  varUint(): number {
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 0x80;
    for (let i = 1; i < MAX_VARINT_BYTES; i++) {
      byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return safe(value);
      scale *= 0x80;
    }
    throw invalid('A number is longer than 8 bytes.');
  }

  /** Signed integer of lib0: the sign is bit 7 of the first byte, which holds 6 bits of the value. */
  skipVarInt(): void {
    let byte = this.byte();
    let value = byte & 0x3f;
    let scale = 0x40;
    for (let i = 1; byte >= 0x80; i++) {
      if (i === MAX_VARINT_BYTES) throw invalid('A number is longer than 8 bytes.');
      byte = this.byte();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
    }
    safe(value);
  }

  /** A count of things that take at least `size` bytes each: never more than the bytes that are left can hold. */
  count(size: number): number {
    const count = this.varUint();
    if (count * size > this.remaining) throw invalid('A count exceeds what the data can hold.');
    return count;
  }

  skip(length: number): void {
    if (length > this.remaining) throw invalid('A length reaches beyond the end of the data.');
    this.position += length;
  }

  /** A varUint8Array. The result shares the memory of what is read. */
  varBytes(): Uint8Array {
    const length = this.varUint();
    const start = this.position;
    this.skip(length);
    return this.bytes.subarray(start, start + length);
  }

  /** A varString. */
  text(): string {
    const bytes = this.varBytes();
    try {
      return decodeUtf8(bytes);
    } catch {
      throw invalid('A string is not valid UTF-8.');
    }
  }

  /** Passes over a varString. Returns its length in UTF-16 code units. */
  skipText(): number {
    const start = this.position;
    const length = this.varUint();
    if (length > NATIVE_FASTER) {
      this.position = start;
      return this.text().length;
    }
    this.skip(length);
    const units = utf16Length(this.bytes, this.position - length, this.position);
    if (units < 0) throw invalid('A string is not valid UTF-8.');
    return units;
  }

  /** Passes over `length` bytes of UTF-8, which end with a whole character. Returns their length in UTF-16 code units. */
  skipUtf8(length: number): number {
    const start = this.position;
    this.skip(length);
    const units = utf16Length(this.bytes, start, this.position);
    if (units < 0) throw invalid('A string is not valid UTF-8.');
    return units;
  }
}

function safe(value: number): number {
  if (value > Number.MAX_SAFE_INTEGER) throw invalid('A number is beyond 2^53 - 1.');
  return value;
}
