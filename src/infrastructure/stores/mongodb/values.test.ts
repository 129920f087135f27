import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MongoStore } from './mongo-store.ts';
import { readValue, rowsOfValue, type ValuePlace } from './values.ts';

const PLACE: ValuePlace = {
  document: 'a',
  incarnation: '0123456789abcdef0123456789abcdef',
  kind: 'updates',
  sequence: 7,
  stamp: '00112233aabbccdd',
  fields: [9],
};
/** Nothing is read from it. */
const NO_STORE = {} as MongoStore;

describe('values in rows', () => {
  it('[MONGO4] golden bytes: version, checksum, bytes; the checksum is of the place, the version and the bytes', () => {
    const { fields, chunks } = rowsOfValue(PLACE, Uint8Array.of(1, 2, 3));
    const name = `["${PLACE.incarnation}","updates",7,"${PLACE.stamp}",9]`;
    const covered = Buffer.concat([
      Buffer.from('000000010000000100000000', 'hex'),
      Buffer.from(`a${name}`),
      Buffer.of(1, 1, 2, 3),
    ]);
    const checksum = crc32(covered).toString(16).padStart(8, '0');
    expect({ ...fields, value: Buffer.from(fields.value ?? []).toString('hex') }).toEqual({
      parts: 1,
      value: `01${checksum}010203`,
      stamp: PLACE.stamp,
    });
    expect(fields.value && Buffer.from(fields.value).toString('hex')).toBe('01d33d2178010203');
    expect(chunks).toEqual([]);
  });

  it('[MONGO3] a value of several mebibytes goes into chunks, far below what a document of MongoDB may have', () => {
    const { fields, chunks } = rowsOfValue(PLACE, new Uint8Array(40_000_000));
    expect(fields).toEqual({ parts: 39, value: null, stamp: PLACE.stamp });
    expect(chunks).toHaveLength(39);
    for (const { value } of chunks) expect(value.length).toBeLessThan(1_100_000);
    expect(new Set(chunks.map(({ _id }) => _id)).size).toBe(39);
  });

  it('[MONGO4] what was written is read; any other byte, or any other place, is damage', async () => {
    const changes: readonly Partial<ValuePlace>[] = [
      { document: 'b' },
      { incarnation: 'f'.repeat(32) },
      { kind: 'snapshots' },
      { sequence: 8 },
      { stamp: 'f'.repeat(16) },
      { fields: [10] },
      { fields: [9, 1] },
    ];
    const other = fc.constantFrom(...changes);
    const flip = fc.integer({ min: 1, max: 255 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 50 }), fc.nat(), flip, other, async (value, at, bits, change) => {
        const { fields } = rowsOfValue(PLACE, value);
        expect(await readValue(NO_STORE, PLACE, fields)).toEqual({ value });
        expect(await readValue(NO_STORE, { ...PLACE, ...change }, fields)).toHaveProperty('damage');
        const bytes = fields.value?.slice() ?? new Uint8Array(1);
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ bits;
        expect(await readValue(NO_STORE, PLACE, { ...fields, value: bytes })).toHaveProperty('damage');
        expect(await readValue(NO_STORE, PLACE, { ...fields, parts: 2 })).toHaveProperty('damage');
      }),
    );
  });
});
