import fc from 'fast-check';
import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { scanInSteps } from '../../src/domain/codecs/scan-in-steps.ts';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';
import { CollaborationError } from '../../src/domain/errors.ts';
import { finished } from '../support/steps.ts';
import { damaged, randomFrom, randomUpdates } from './random-updates.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

/** Client 1, clock 0: the root text `t` holds `hi`; then range 5..8 of client 2 is deleted. */
const GOLDEN = Uint8Array.of(1, 1, 1, 0, 4, 1, 1, 0x74, 2, 0x68, 0x69, 1, 2, 1, 5, 3);

function inSteps(update: Uint8Array) {
  const { sections: _, ...scan } = finished(scanInSteps(update), update.length + 10);
  return scan;
}

/** What `scan` answers, or how it refuses. */
function outcome<T>(scan: () => T): T | string {
  try {
    return scan();
  } catch (thrown) {
    if (!(thrown instanceof CollaborationError) || thrown.kind !== 'invalid') throw thrown;
    return 'invalid';
  }
}

describe('scanInSteps', () => {
  it('[DOC20] tells where the structs of each client lie', () => {
    expect(finished(scanInSteps(GOLDEN))).toEqual({
      ...scanUpdate(GOLDEN),
      sections: new Map([[1, { client: 1, clock: 0, count: 1, at: 4 }]]),
    });
  });

  it('[DOC20] returns what scanUpdate returns, and refuses what it refuses', () => {
    let refused = 0;
    const property = fc.property(seeds, (seed) => {
      const updates = randomUpdates(seed, 15).filter((update) => update.length > 2);
      const random = randomFrom(seed);
      for (const update of updates) {
        expect(inSteps(update)).toEqual(scanUpdate(update));
        for (let i = 0; i < 10; i++) {
          const bytes = damaged(update, updates[random(updates.length)]!, random);
          const expected = outcome(() => scanUpdate(bytes));
          expect(outcome(() => inSteps(bytes))).toEqual(expected);
          if (expected === 'invalid') refused++;
        }
      }
    });
    fc.assert(property, { numRuns: 20 });
    expect(refused).toBeGreaterThan(100);
  });

  it('[DOC20] reads a long text, list or delete set piece by piece', () => {
    const doc = new Y.Doc();
    doc.getText('t').insert(0, 'größe '.repeat(200_000));
    expect(stepsOf(Y.encodeStateAsUpdate(doc))).toBeGreaterThan(10);
    const list = new Y.Doc();
    list.getArray('a').insert(0, new Array(500_000).fill(1));
    expect(stepsOf(Y.encodeStateAsUpdate(list))).toBeGreaterThan(5);
    expect(stepsOf(deletesOf(50_000))).toBeGreaterThan(10);
  });

  it('[DOC20] refuses a long text that is not UTF-8, also at the edge of a piece', () => {
    const doc = new Y.Doc();
    doc.getText('t').insert(0, '漢'.repeat(100_000));
    const update = Y.encodeStateAsUpdate(doc);
    expect(inSteps(update)).toEqual(scanUpdate(update));
    for (let at = 131_050; at < 131_100; at++) {
      const bytes = update.slice();
      bytes[at] = 0x41;
      expect(outcome(() => inSteps(bytes))).toBe('invalid');
    }
  });
});

function stepsOf(update: Uint8Array): number {
  expect(inSteps(update)).toEqual(scanUpdate(update));
  return [...scanInSteps(update)].length;
}

/** An update that deletes `count` elements of client 1, every other one. */
function deletesOf(count: number): Uint8Array {
  return encoding.encode((encoder) => {
    for (const number of [0, 1, 1, count]) encoding.writeVarUint(encoder, number);
    for (let at = 0; at < count; at++) {
      encoding.writeVarUint(encoder, 2 * at);
      encoding.writeVarUint(encoder, 1);
    }
  });
}
