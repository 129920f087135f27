import fc from 'fast-check';
import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';
import { DeleteRanges } from '../../src/domain/entities/delete-ranges.ts';
import { coversInSteps, deleteRangesInSteps } from '../../src/domain/entities/delete-ranges-in-steps.ts';
import { finished } from '../support/steps.ts';

type Deletes = readonly { client: number; ranges: readonly (readonly [clock: number, length: number])[] }[];

const deletes = fc.array(
  fc.record({
    client: fc.integer({ min: 1, max: 3 }),
    ranges: fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 6 })), { maxLength: 12 }),
  }),
  { maxLength: 4 },
);

function updateOf(all: Deletes) {
  const update = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarUint(encoder, all.length);
    for (const { client, ranges } of all) {
      encoding.writeVarUint(encoder, client);
      encoding.writeVarUint(encoder, ranges.length);
      for (const number of ranges.flat()) encoding.writeVarUint(encoder, number);
    }
  });
  return { update, scan: scanUpdate(update) };
}

describe('delete ranges in steps', () => {
  it('[DOC20] are those that DeleteRanges.of reads, in whatever order', () => {
    const property = fc.property(fc.array(deletes, { maxLength: 6 }), (lists) => {
      const updates = lists.map(updateOf);
      expect(finished(deleteRangesInSteps(updates))).toEqual(DeleteRanges.of(updates.map(({ update }) => update)));
      for (let client = 1; client < 4; client++) {
        const stepped = finished(deleteRangesInSteps(updates));
        const direct = DeleteRanges.of(updates.map(({ update }) => update));
        for (let clock = 0; clock < 48; clock++) {
          for (const end of [clock + 1, clock + 4]) {
            expect(stepped.covers(client, clock, end)).toBe(direct.covers(client, clock, end));
          }
        }
      }
    });
    fc.assert(property, { numRuns: 60 });
  });

  it('[DOC20] tell whether they cover what an update deletes', () => {
    const covers = (all: Deletes, some: Deletes) =>
      finished(coversInSteps(finished(deleteRangesInSteps([updateOf(all)])), updateOf(some)));
    const all: Deletes = [
      {
        client: 1,
        ranges: [
          [5, 5],
          [0, 3],
          [3, 2],
        ],
      },
    ];
    expect(
      covers(all, [
        {
          client: 1,
          ranges: [
            [0, 10],
            [4, 1],
          ],
        },
      ]),
    ).toBe(true);
    expect(
      covers(all, [
        {
          client: 1,
          ranges: [
            [0, 10],
            [9, 2],
          ],
        },
      ]),
    ).toBe(false);
    expect(covers(all, [{ client: 2, ranges: [[0, 1]] }])).toBe(false);
    expect(covers(all, [])).toBe(true);
  });

  it('[DOC20] come in steps, the sorting of what is not in order too', () => {
    const ranges = Array.from({ length: 40_000 }, (_, at) => [2 * ((at * 7919) % 40_000), 1] as const);
    const update = updateOf([{ client: 1, ranges }]);
    const steps = deleteRangesInSteps([update]);
    let count = 0;
    for (let next = steps.next(); ; next = steps.next(), count++) {
      if (next.done !== true) continue;
      expect(next.value).toEqual(DeleteRanges.of([update.update]));
      break;
    }
    expect(count).toBeGreaterThan(20);
    expect([...coversInSteps(DeleteRanges.of([update.update]), update)].length).toBeGreaterThan(3);
  });
});
