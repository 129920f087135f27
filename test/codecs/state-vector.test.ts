import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { checkStateVector } from '../../src/domain/codecs/state-vector.ts';
import { CollaborationError } from '../../src/domain/errors.ts';

/** The kind of failure `run` ends with; cheaper than an assertion where there are thousands. */
function kindOf(run: () => unknown): string {
  try {
    run();
    return 'none';
  } catch (thrown) {
    return CollaborationError.from(thrown).kind;
  }
}

const invalid = expect.objectContaining({ kind: 'invalid' });
const GOLDEN = Uint8Array.of(2, 0xac, 0x02, 7, 1, 3); // client 300: 7, client 1: 3

describe('checkStateVector', () => {
  it('[DOC18] accepts what Yjs writes and returns it without a copy', () => {
    expect(
      Y.encodeStateVector(
        new Map([
          [1, 3],
          [300, 7],
        ]),
      ),
    ).toEqual(GOLDEN);
    expect(checkStateVector(GOLDEN, 2)).toBe(GOLDEN);
    const entries = fc.array(fc.tuple(fc.maxSafeNat(), fc.nat({ max: 2 ** 48 })), { maxLength: 20 });
    const property = fc.property(entries, (pairs) => {
      const bytes = Y.encodeStateVector(new Map(pairs));
      expect(checkStateVector(bytes, 20)).toBe(bytes);
      for (let end = 1; end < bytes.length; end++) {
        if (kindOf(() => checkStateVector(bytes.subarray(0, end), 20)) !== 'invalid') expect.fail(`cut at ${end}`);
      }
    });
    fc.assert(property);
  });

  it('[DOC18] takes no bytes at all for a state vector of one who has nothing', () => {
    expect(checkStateVector(new Uint8Array(), 0)).toEqual(Uint8Array.of(0));
    expect(checkStateVector(Uint8Array.of(0), 0)).toEqual(Uint8Array.of(0));
  });

  it('[DOC18] accepts nothing that Yjs could not read', () => {
    const property = fc.property(fc.uint8Array({ minLength: 1, maxLength: 12 }), (bytes) => {
      let checked: Uint8Array;
      try {
        checked = checkStateVector(bytes, 4);
      } catch (thrown) {
        expect(thrown).toEqual(invalid);
        return;
      }
      expect(Y.decodeStateVector(checked)).toEqual(Y.decodeStateVector(bytes));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('[DOC18] refuses too many entries, impossible counts and clocks beyond 2^48', () => {
    expect(() => checkStateVector(GOLDEN, 1)).toThrow(invalid);
    expect(() => checkStateVector(Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 1, 1), 2 ** 31)).toThrow(invalid);
    const at = (clock: number) => Y.encodeStateVector(new Map([[1, clock]]));
    expect(checkStateVector(at(2 ** 48), 1)).toEqual(at(2 ** 48));
    expect(() => checkStateVector(at(2 ** 48 + 1), 1)).toThrow(invalid);
  });

  it('[DOC18] cuts off what follows the last entry', () => {
    expect(checkStateVector(Uint8Array.of(...GOLDEN, 9, 9), 2)).toEqual(GOLDEN);
  });
});
