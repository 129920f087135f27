import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { MAX_CLOCK } from '../../src/domain/codecs/clock.ts';
import { type ClientRange, scanUpdate, someDelete } from '../../src/domain/codecs/scan-update.ts';
import { CollaborationError } from '../../src/domain/errors.ts';
import { damaged, randomFrom, randomUpdates } from './random-updates.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

/** Client 1, clock 0: the root text `t` holds `hi`; then range 5..8 of client 2 is deleted. */
const GOLDEN = Uint8Array.of(1, 1, 1, 0, 4, 1, 1, 0x74, 2, 0x68, 0x69, 1, 2, 1, 5, 3);

function reference(update: Uint8Array) {
  const { structs, ds } = Y.decodeUpdate(update);
  const ranges: ClientRange[] = [];
  for (const struct of structs) {
    if (struct instanceof Y.Skip) continue;
    const { client, clock } = struct.id;
    const end = clock + struct.length;
    const last = ranges.at(-1);
    if (last?.client === client && last.end === clock) ranges.splice(-1, 1, { ...last, end });
    else ranges.push({ client, clock, end });
  }
  const deletes = [...ds.clients].flatMap(([client, items]) =>
    items.map((item) => ({ client, clock: item.clock, end: item.clock + item.len })),
  );
  return { ranges, deletes };
}

function deletesOf(update: Uint8Array): ClientRange[] {
  const deletes: ClientRange[] = [];
  someDelete(update, scanUpdate(update), (client, clock, end) => deletes.push({ client, clock, end }) < 0);
  return deletes;
}

/** What `scan` answers, or undefined when it refuses; any other error fails the test. */
function accepted(update: Uint8Array) {
  try {
    return scanUpdate(update);
  } catch (thrown) {
    if (!(thrown instanceof CollaborationError) || thrown.kind !== 'invalid') throw thrown;
    return undefined;
  }
}

function decodes(update: Uint8Array): boolean {
  try {
    Y.decodeUpdate(update);
    return true;
  } catch {
    return false;
  }
}

function byClient(a: ClientRange, b: ClientRange): number {
  return b.client - a.client || a.clock - b.clock;
}

describe('scanUpdate', () => {
  it('[DOC10] reads the ranges of an update', () => {
    const scan = scanUpdate(GOLDEN);
    expect(scan).toEqual({ structs: [{ client: 1, clock: 0, end: 2 }], deletes: 1, deletesAt: 11, size: 16 });
    expect(deletesOf(GOLDEN)).toEqual([{ client: 2, clock: 5, end: 8 }]);
    expect(someDelete(GOLDEN, scan, (client, clock, end) => client === 2 && clock === 5 && end === 8)).toBe(true);
    expect(someDelete(GOLDEN, scan, () => false)).toBe(false);
    expect(scanUpdate(Uint8Array.of(0, 0))).toEqual({ structs: [], deletes: 0, deletesAt: 1, size: 2 });
  });

  it('[DOC10] agrees with Y.decodeUpdate on all that Yjs writes', () => {
    let skips = 0;
    const property = fc.property(seeds, (seed) => {
      for (const update of randomUpdates(seed)) {
        const { ranges, deletes } = reference(update);
        const scan = scanUpdate(update);
        expect(scan.structs).toEqual(ranges);
        expect(scan.deletes).toBe(deletes.length);
        expect(deletesOf(update).sort(byClient)).toEqual(deletes.sort(byClient));
        expect(scan.size).toBe(update.length);
        skips += Y.decodeUpdate(update).structs.filter((struct) => struct instanceof Y.Skip).length;
      }
    });
    fc.assert(property, { numRuns: 60 });
    // About 40, by chance.
    expect(skips).toBeGreaterThan(5);
  });

  it('[DOC10] refuses every update cut short, at whatever byte', () => {
    const updates = randomUpdates(7).filter((update) => update.length < 600);
    expect(updates.length).toBeGreaterThan(10);
    for (const update of [GOLDEN, ...updates]) {
      for (let end = 0; end < update.length; end++) expect(accepted(update.subarray(0, end))).toBeUndefined();
    }
  });

  it('[DOC10] accepts nothing that Y.decodeUpdate rejects, and reads what it does accept alike', () => {
    let passed = 0;
    let refused = 0;
    const property = fc.property(seeds, (seed) => {
      const updates = randomUpdates(seed, 12).filter((update) => update.length > 2);
      const random = randomFrom(seed + 1);
      for (const update of updates) {
        for (let i = 0; i < 20; i++) {
          const bytes = damaged(update, updates[random(updates.length)]!, random);
          const scan = accepted(bytes);
          if (scan === undefined) {
            refused++;
            continue;
          }
          passed++;
          expect(decodes(bytes)).toBe(true);
          const { ranges, deletes } = reference(bytes);
          expect([...scan.structs].sort(byClient)).toEqual(ranges.sort(byClient));
          expect(scan.deletes).toBe(deletes.length);
        }
      }
    });
    fc.assert(property, { numRuns: 30 });
    expect(passed).toBeGreaterThan(500);
    expect(refused).toBeGreaterThan(500);
  });

  it('[DOC10] refuses noise without any other error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => accepted(bytes) === undefined || decodes(bytes)),
    );
  });

  it('[DOC11] ignores what follows the delete set, as Yjs does, and says where the update ends', () => {
    const longer = Uint8Array.of(...GOLDEN, 1, 2, 3);
    expect(scanUpdate(longer)).toEqual(scanUpdate(GOLDEN));
    expect(Y.decodeUpdate(longer)).toEqual(Y.decodeUpdate(GOLDEN));
  });

  it('[DOC13] accepts the last clock within the bound, and nothing beyond', () => {
    const last = 2 ** 48 - 1;
    expect(MAX_CLOCK).toBe(2 ** 48);
    const gcAt = (clock: number, length: number) => [1, 1, 1, ...varUint(clock), 0, ...varUint(length), 0];
    expect(scanUpdate(Uint8Array.from(gcAt(last, 1))).structs).toEqual([{ client: 1, clock: last, end: MAX_CLOCK }]);
    expect(accepted(Uint8Array.from(gcAt(last, 2)))).toBeUndefined();
    expect(accepted(Uint8Array.from(gcAt(2 ** 53 - 1, 1)))).toBeUndefined();
  });

  it('[DOC14] takes clients in any order, but each once', () => {
    const gc = (client: number) => [1, client, 0, 0, 1];
    const of = (...clients: number[]) => Uint8Array.of(clients.length, ...clients.flatMap(gc), 0);
    expect(scanUpdate(of(1, 3, 2)).structs.map((range) => range.client)).toEqual([1, 3, 2]);
    expect(scanUpdate(of(3, 2, 1)).structs.map((range) => range.client)).toEqual([3, 2, 1]);
    for (const clients of [
      [1, 1],
      [3, 2, 3],
      [1, 2, 1],
      [1, 3, 2, 3],
      [5, 4, 6, 4],
    ]) {
      expect(accepted(of(...clients)), clients.join()).toBeUndefined();
    }
  });
});

function varUint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varUint(Math.floor(value / 0x80))];
}
