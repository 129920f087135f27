import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinParts, PART_BYTES, type PartsKey, partsOf, splitIntoParts } from './parts.ts';

const key: PartsKey = { document: Buffer.from('a'), name: Buffer.of(7), parts: 1 };

describe('values in parts', () => {
  it('[SQL4] golden bytes: version, checksum, bytes; the checksum is of the place, the version and the bytes', () => {
    const [part] = splitIntoParts(key, Uint8Array.of(1, 2, 3));
    const checked = Buffer.from('000000010000000100000000' + '61' + '07' + '01' + '010203', 'hex');
    expect(Buffer.from(part ?? []).toString('hex')).toBe(`01${crc32(checked).toString(16).padStart(8, '0')}010203`);
    expect(Buffer.from(part ?? []).toString('hex')).toBe('017ca7f5e0010203');
  });

  it('[SQL4] a value is split at every mebibyte, and an empty one has a part', () => {
    for (const [bytes, parts] of [
      [0, 1],
      [1, 1],
      [PART_BYTES, 1],
      [PART_BYTES + 1, 2],
      [3 * PART_BYTES, 3],
    ] as const) {
      expect(partsOf(bytes)).toBe(parts);
      const value = new Uint8Array(bytes).fill(5);
      const split = splitIntoParts({ ...key, parts }, value);
      expect(split).toHaveLength(parts);
      const joined = joinParts({ ...key, parts }, split);
      expect('value' in joined && Buffer.compare(joined.value, value)).toBe(0);
    }
  });

  it('[SQL4] what was split is joined; any other byte, place or number of parts is damage', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(
        bytes,
        bytes,
        bytes,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (document, name, value, at, flip) => {
          const place = { document, name, parts: 1 };
          const [part = new Uint8Array(0)] = splitIntoParts(place, value);
          expect(joinParts(place, [part])).toEqual({ value });
          const other = part.slice();
          other[at % other.length] = (other[at % other.length] ?? 0) ^ flip;
          expect(joinParts(place, [other])).toHaveProperty('damage');
          expect(joinParts(place, [part.subarray(0, at % part.length)])).toHaveProperty('damage');
          expect(joinParts({ ...place, name: Buffer.concat([name, Buffer.of(0)]) }, [part])).toHaveProperty('damage');
          expect(joinParts({ ...place, parts: 2 }, [part])).toHaveProperty('damage');
          expect(joinParts({ ...place, parts: 2 }, [part, part])).toHaveProperty('damage');
          expect(joinParts(place, [])).toHaveProperty('damage');
        },
      ),
    );
  });
});
