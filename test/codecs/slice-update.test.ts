import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { scanInSteps } from '../../src/domain/codecs/scan-in-steps.ts';
import { type ClientRange, scanUpdate, someDelete } from '../../src/domain/codecs/scan-update.ts';
import { type SliceLimits, sliceUpdate } from '../../src/domain/codecs/slice-update.ts';
import { CollaborationError } from '../../src/domain/errors.ts';
import { nestedHistories } from '../support/nested-histories.ts';
import { finished } from '../support/steps.ts';
import { damaged, randomFrom, randomUpdates } from './random-updates.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const ONE_EACH: SliceLimits = { bytes: 1000, structs: 1, deletes: 1 };

function slicesOf(update: Uint8Array, limits?: SliceLimits): Uint8Array[] {
  return [...sliceUpdate(update, finished(scanInSteps(update)), limits)];
}

/** One client's structs behind their count, client and clock; texts are items of the root `t`. */
const hi = [4, 1, 1, 0x74, 2, 0x68, 0x69];

describe('sliceUpdate', () => {
  it('[DOC21] golden: what is referred to comes first, deletes come last', () => {
    // Client 9 writes behind the first element of client 1, who comes second; of client 1 two elements are deleted, of
    // client 5, who is not here, one.
    const update = Uint8Array.of(
      ...[2, 1, 9, 0, 0x84, 1, 0, 1, 0x21],
      ...[2, 1, 0, ...hi, 0, 3],
      ...[2, 1, 2, 1, 1, 4, 1, 5, 1, 7, 1],
    );
    expect(slicesOf(update, ONE_EACH).map((slice) => [...slice])).toEqual([
      [1, 1, 1, 0, ...hi, 0],
      [1, 1, 9, 0, 0x84, 1, 0, 1, 0x21, 0],
      [1, 1, 1, 2, 0, 3, 0],
      [0, 1, 1, 1, 1, 1],
      [0, 1, 1, 1, 4, 1],
      [0, 1, 5, 1, 7, 1],
    ]);
    expect(slicesOf(update).map((slice) => [...slice].slice(0, 3))).toEqual([
      [2, 2, 1],
      [0, 2, 1],
    ]);
    expect(slicesOf(Uint8Array.of(0, 0))).toEqual([]);
  });

  it('[DOC21] golden: a Skip stays where it is; a slice begins with whatever struct comes next', () => {
    const update = Uint8Array.of(1, 3, 1, 4, 0, 2, 10, 3, 0, 1, 0);
    expect(slicesOf(update, { ...ONE_EACH, structs: 2 }).map((slice) => [...slice])).toEqual([
      [1, 2, 1, 4, 0, 2, 10, 3, 0],
      [1, 1, 1, 9, 0, 1, 0],
    ]);
  });

  it('[DOC22] golden: a text too large for a slice is cut between two characters', () => {
    // 漢漢 with a right origin: 6 bytes of text, of which 4 fit.
    const text = [0xe6, 0xbc, 0xa2, 0xe6, 0xbc, 0xa2];
    const update = Uint8Array.of(1, 1, 9, 3, 0x44, 1, 1, 6, ...text, 0);
    expect(slicesOf(update, { bytes: 4, structs: 1, deletes: 9 }).map((slice) => [...slice])).toEqual([
      [1, 1, 9, 3, 0x44, 1, 1, 3, ...text.slice(3), 0],
      [1, 1, 9, 4, 0xc4, 9, 3, 1, 1, 3, ...text.slice(3), 0],
    ]);
  });

  it('[DOC22] golden: a list is cut between two values, JSON texts too', () => {
    // Two numbers of an `any` list, then three JSON texts, both in the root `t`; each value takes two bytes.
    const update = Uint8Array.of(
      ...[1, 2, 9, 0, 8, 1, 1, 0x74, 2, 125, 1, 125, 2],
      ...[0x82, 9, 1, 3, 1, 0x31, 1, 0x32, 1, 0x33, 0],
    );
    expect(slicesOf(update, { bytes: 1, structs: 9, deletes: 9 }).map((slice) => [...slice])).toEqual([
      [1, 1, 9, 0, 8, 1, 1, 0x74, 1, 125, 1, 0],
      [1, 1, 9, 1, 0x88, 9, 0, 1, 125, 2, 0],
      [1, 1, 9, 2, 0x82, 9, 1, 1, 1, 0x31, 0],
      [1, 1, 9, 3, 0x82, 9, 2, 1, 1, 0x32, 0],
      [1, 1, 9, 4, 0x82, 9, 3, 1, 1, 0x33, 0],
    ]);
  });

  it('[DOC21] slices are bounded, are updates of their own, and hold each struct and delete once', () => {
    const property = fc.property(seeds, fc.integer({ min: 4, max: 60 }), (seed, bytes) => {
      const random = randomFrom(seed);
      const limits = { bytes, structs: 1 + random(9), deletes: 1 + random(9) };
      for (const update of [...nestedHistories(random, 30), ...randomUpdates(seed, 10)]) {
        const slices = slicesOf(update, limits);
        expect(contentOf(...slices)).toEqual(contentOf(update));
        for (const slice of slices) {
          expect(scanUpdate(slice).deletes).toBeLessThanOrEqual(limits.deletes);
          expect(scanUpdate(slice).size).toBe(slice.length);
          expect(Y.decodeUpdate(slice).structs.length).toBeLessThanOrEqual(limits.structs);
        }
      }
    });
    fc.assert(property, { numRuns: 15 });
  });

  it('[DOC22] pieces of long texts and lists are bounded', () => {
    const doc = new Y.Doc();
    doc.getText('t').insert(0, 'größe 漢字 👩‍💻'.repeat(20_000));
    doc.getArray('a').insert(
      0,
      Array.from({ length: 20_000 }, (_, at) => ({ at, größe: '漢字' })),
    );
    const slices = slicesOf(Y.encodeStateAsUpdate(doc), { bytes: 4096, structs: 100, deletes: 100 });
    expect(slices.length).toBeGreaterThan(150);
    expect(Math.max(...slices.map(({ length }) => length))).toBeLessThan(2 * 4096);
  });

  it('[DOC21] reads no more of the update than the slices that were asked for', () => {
    const doc = new Y.Doc();
    for (let at = 0; at < 2000; at++) doc.getText('t').insert(0, `<${at}>`);
    const update = Y.encodeStateAsUpdate(doc);
    const scan = finished(scanInSteps(update));
    const slices = sliceUpdate(update, scan, { bytes: 500, structs: 100, deletes: 100 });
    const first = slices.next().value;
    update.fill(0xff, 1000);
    expect(Y.decodeUpdate(first as Uint8Array).structs.length).toBeGreaterThan(30);
    expect(() => finished(slices)).toThrow(CollaborationError);
  });

  it('[DOC23] items that refer to one another in a circle are refused', () => {
    const item = (client: number, other: number) => [1, client, 0, 0x84, other, 0, 1, 0x61];
    const circle = Uint8Array.of(3, ...item(3, 2), ...item(2, 1), ...item(1, 3), 0);
    expect(scanUpdate(circle).structs).toHaveLength(3);
    expect(() => slicesOf(circle)).toThrow(expect.objectContaining({ kind: 'invalid' }));
  });

  it('[DOC23] damaged updates are refused as invalid or sliced, in a bounded number of steps', () => {
    let [refused, sliced] = [0, 0];
    const property = fc.property(seeds, (seed) => {
      const random = randomFrom(seed);
      const updates = [...randomUpdates(seed, 10), ...nestedHistories(random, 20)].filter(({ length }) => length > 2);
      for (const update of updates) {
        for (let i = 0; i < 10; i++) {
          const bytes = damaged(update, updates[random(updates.length)]!, random);
          const limits = { bytes: 4 + random(60), structs: 1 + random(5), deletes: 1 + random(5) };
          try {
            const scan = finished(scanInSteps(bytes), bytes.length + 10);
            finished(sliceUpdate(bytes, scan, limits), 2 * bytes.length + 10);
            sliced++;
          } catch (thrown) {
            expect(thrown).toMatchObject({ name: 'CollaborationError', kind: 'invalid' });
            refused++;
          }
        }
      }
    });
    fc.assert(property, { numRuns: 20 });
    expect(Math.min(refused, sliced)).toBeGreaterThan(200);
  });

  it('[DOC23] every cut and every flipped bit of a small update is refused or sliced', () => {
    const update = randomUpdates(7).find(({ length }) => length > 100 && length < 400)!;
    for (let at = 0; at < update.length; at++) {
      for (let bit = 0; bit < 9; bit++) {
        const bytes = bit === 8 ? update.slice(0, at) : update.slice();
        if (bit < 8) bytes[at]! ^= 1 << bit;
        try {
          finished(sliceUpdate(bytes, finished(scanInSteps(bytes), 1000), ONE_EACH), 1000);
        } catch (thrown) {
          expect(thrown).toMatchObject({ name: 'CollaborationError', kind: 'invalid' });
        }
      }
    }
  });
});

/** Clocks of all structs and deletes, joined where they touch. */
function contentOf(...updates: readonly Uint8Array[]) {
  const structs: ClientRange[] = [];
  const deletes: ClientRange[] = [];
  for (const update of updates) {
    const scan = scanUpdate(update);
    structs.push(...scan.structs);
    someDelete(update, scan, (client, clock, end) => deletes.push({ client, clock, end }) < 0);
  }
  return { structs: joined(structs), deletes: joined(deletes) };
}

function joined(ranges: ClientRange[]): ClientRange[] {
  const result: ClientRange[] = [];
  for (const range of ranges.sort((one, other) => one.client - other.client || one.clock - other.clock)) {
    const last = result.at(-1);
    if (last?.client === range.client && last.end === range.clock) result.splice(-1, 1, { ...last, end: range.end });
    else result.push(range);
  }
  return result;
}
