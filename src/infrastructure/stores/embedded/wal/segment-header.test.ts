import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSegmentHeader, encodeSegmentHeader } from './segment-header.ts';

const header = { number: 258, previousEnd: 4096, salt: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
const bytes = encodeSegmentHeader(header);

describe('segment header of the write-ahead log', () => {
  it('[LOG14] golden bytes: magic and version, checksum, number, end of the segment before, salt', () => {
    const fields = `00000000000001020000000000001000${'0102030405060708'}`;
    const checksum = crc32(Buffer.from(fields, 'hex')).toString(16).padStart(8, '0');
    expect(Buffer.from(bytes).toString('hex')).toBe(`59574101${checksum}${fields}`);
  });

  it('[LOG14] what was encoded is decoded, under its own number only', () => {
    const numbers = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER - 1 });
    const salts = fc.uint8Array({ minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(numbers, numbers, salts, (number, previousEnd, salt) => {
        const encoded = encodeSegmentHeader({ number, previousEnd, salt });
        expect(decodeSegmentHeader(encoded, number)).toEqual({ number, previousEnd, salt });
        expect(decodeSegmentHeader(encoded, number + 1)).toBeUndefined();
      }),
    );
  });

  it('[LOG15] cut at any offset, or with any bit flipped, it is none', () => {
    for (let end = 0; end < bytes.length; end++) {
      expect(decodeSegmentHeader(bytes.subarray(0, end), header.number)).toBeUndefined();
    }
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(decodeSegmentHeader(flipped, header.number)).toBeUndefined();
    }
  });
});
