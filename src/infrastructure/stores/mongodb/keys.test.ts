import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chunkId,
  chunkPrefix,
  chunksOf,
  chunksReplaced,
  type IdRange,
  incarnationOf,
  rowId,
  rowsBefore,
  rowsFrom,
  rowsOf,
  rowsUpTo,
  sequenceOf,
} from './keys.ts';

const I = '0123456789abcdef0123456789abcdef';
const hex = (length: number) =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length }).map((all) => all.join(''));
const sequence = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));

const isIn = (id: string, { _id: { $gt, $gte, $lt, $lte } }: IdRange) =>
  ($gt === undefined || id > $gt) &&
  ($gte === undefined || id >= $gte) &&
  ($lt === undefined || id < $lt) &&
  ($lte === undefined || id <= $lte);

describe('ids of rows', () => {
  it('[MONGO4] golden values', () => {
    expect(rowId(I, 1)).toBe(`${I}:00000000000001`);
    expect(rowId(I, Number.MAX_SAFE_INTEGER)).toBe(`${I}:1fffffffffffff`);
    const prefix = chunkPrefix(I, 'updates', 255, '00112233aabbccdd');
    expect(prefix).toBe(`${I}:updates:000000000000ff:00112233aabbccdd:`);
    expect(chunkId(prefix, 16)).toBe(`${prefix}000010`);
  });

  it('[MONGO4] they sort as their sequence numbers do, and each incarnation by itself', () => {
    fc.assert(
      fc.property(hex(32), hex(32), sequence, sequence, (one, other, a, b) => {
        const id = rowId(one, a);
        expect([incarnationOf(id), sequenceOf(id)]).toEqual([one, a]);
        expect(id < rowId(one, b)).toBe(a < b);
        expect(isIn(id, rowsOf(other))).toBe(one === other);
        expect(isIn(id, rowsFrom(one, b))).toBe(a >= b);
        expect(isIn(id, rowsUpTo(one, b))).toBe(a <= b);
        expect(isIn(id, rowsBefore(one, b))).toBe(a < b);
      }),
    );
  });

  it('[MONGO4] chunks are found by their value, removed with their document, and where a snapshot replaces them', () => {
    const kind = fc.constantFrom('updates' as const, 'snapshots' as const);
    fc.assert(
      fc.property(kind, sequence, sequence, hex(16), hex(16), fc.nat(300), (which, a, b, stamp, own, part) => {
        const prefix = chunkPrefix(I, which, a, stamp);
        const id = chunkId(prefix, part);
        expect(isIn(id, rowsOf(I))).toBe(true);
        expect(isIn(id, chunksOf(prefix))).toBe(true);
        expect(isIn(id, chunksOf(chunkPrefix(I, which, b, own)))).toBe(a === b && stamp === own);
        const isReplaced = chunksReplaced(I, b, own).some((range) => isIn(id, range));
        expect(isReplaced).toBe(which === 'updates' ? a <= b : a < b || (a === b && stamp !== own));
      }),
    );
  });
});
