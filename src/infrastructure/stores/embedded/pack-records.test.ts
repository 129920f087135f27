import { describe, expect, it } from 'vitest';
import { packRecords } from './pack-records.ts';

describe('packRecords', () => {
  it('[LOG14] groups what follows one another', () => {
    expect(packed([1, 2], [3, 1], [4, 3])).toEqual([[1, 3, 4]]);
    expect(packed()).toEqual([]);
  });

  it('[LOG6] a hole and an overlap stay what they are', () => {
    expect(packed([1, 1], [3, 1])).toEqual([[1], [3]]);
    expect(packed([1, 2], [2, 1])).toEqual([[1], [2]]);
  });

  it('[LOG14] keeps to 4096 updates and a megabyte a group, unless one record is larger', () => {
    expect(packed([1, 4000], [4001, 96], [4097, 1], [4098, 5000], [9098, 1])).toEqual([
      [1, 4001],
      [4097],
      [4098],
      [9098],
    ]);
    const half = 600_000;
    expect(packed([1, 1, half], [2, 1, half], [3, 1, 3_000_000], [4, 1, 1])).toEqual([[1], [2], [3], [4]]);
  });
});

/** Of records with a first sequence number, updates and bytes; answers the first sequence numbers of each group. */
function packed(...records: readonly (readonly [first: number, updates: number, bytes?: number])[]): number[][] {
  const groups = packRecords(
    records.map(([firstSequence, updates, bytes = 1]) => ({ firstSequence, updates, body: new Uint8Array(bytes) })),
  );
  return groups.map((group) => group.map(({ firstSequence }) => firstSequence));
}
