import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { scanInSteps } from '../../src/domain/codecs/scan-in-steps.ts';
import { type SliceLimits, sliceUpdate } from '../../src/domain/codecs/slice-update.ts';
import { integrateInSteps, integrateSlice } from '../../src/domain/entities/integrate-in-steps.ts';
import { tidyInSteps } from '../../src/domain/entities/tidy-in-steps.ts';
import { damaged, randomFrom, randomUpdates } from '../codecs/random-updates.ts';
import { contentOf, shuffled } from '../support/histories.ts';
import { nestedHistories } from '../support/nested-histories.ts';
import { finished } from '../support/steps.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

/** What Yjs makes of updates in one transaction. @throws whatever Yjs throws */
function wholly(updates: readonly Uint8Array[], gc = true): Y.Doc {
  const doc = new Y.Doc({ gc });
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });
  return doc;
}

function isPending({ store }: Y.Doc): boolean {
  return store.pendingStructs !== null || store.pendingDs !== null;
}

function smallLimits(random: (below: number) => number): SliceLimits {
  return { bytes: 4 + random(60), structs: 1 + random(8), deletes: 1 + random(8) };
}

/** What a reader of this very document sees, types nested in others included; keys in whatever order. */
function seen(doc: Y.Doc): unknown {
  const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);
  const types = [doc.getMap('map'), doc.getArray('array'), doc.getXmlFragment('xml'), doc.getText('text').toDelta()];
  return JSON.parse(JSON.stringify(types, plain));
}

describe('integrateInSteps', () => {
  it('[DOC21] makes, byte for byte, what Yjs makes of the whole', () => {
    const property = fc.property(seeds, fc.boolean(), (seed, gc) => {
      const random = randomFrom(seed);
      for (const update of [...nestedHistories(random), ...randomUpdates(seed, 15)]) {
        const whole = wholly([update], gc);
        const doc = new Y.Doc({ gc });
        const steps = integrateInSteps(doc, [update], smallLimits(random));
        for (const _ of steps) if (!isPending(whole)) expect(isPending(doc)).toBe(false);
        expect(Y.encodeStateVector(doc)).toEqual(Y.encodeStateVector(whole));
        expect(isPending(doc)).toBe(isPending(whole));
        if (isPending(whole)) continue;
        expect(Y.encodeStateAsUpdate(doc)).toEqual(Y.encodeStateAsUpdate(whole));
        expect(seen(doc)).toEqual(seen(whole));
      }
    });
    fc.assert(property, { numRuns: 15 });
  }, 60_000);

  it('[DOC21] a snapshot and what came after it, each in turn', () => {
    const property = fc.property(seeds, (seed) => {
      const random = randomFrom(seed);
      const states = shuffled(nestedHistories(random), random);
      const whole = wholly(states);
      const doc = new Y.Doc();
      finished(integrateInSteps(doc, states, smallLimits(random)));
      expect(isPending(doc)).toBe(false);
      expect(Y.encodeStateAsUpdate(doc)).toEqual(Y.encodeStateAsUpdate(whole));
    });
    // The example: one has a surrogate pair, another what is left of it after a split, and that is cut.
    fc.assert(property, { numRuns: 40, examples: [[1016406198]] });
  }, 60_000);

  it('[DOC21] nothing is ever pending between two slices', () => {
    const property = fc.property(seeds, (seed) => {
      const random = randomFrom(seed);
      for (const update of nestedHistories(random)) {
        const doc = new Y.Doc();
        for (const slice of sliceUpdate(update, finished(scanInSteps(update)), smallLimits(random))) {
          integrateSlice(doc, slice);
          expect(isPending(doc)).toBe(false);
        }
      }
    });
    fc.assert(property, { numRuns: 30 });
  }, 60_000);

  it('[DOC21] others’ updates may come between two steps', () => {
    const property = fc.property(seeds, (seed) => {
      const random = randomFrom(seed);
      const [update, other] = [nestedHistories(random).at(-1)!, new Y.Doc()];
      const doc = new Y.Doc();
      const edits: Uint8Array[] = [];
      other.on('update', (edit: Uint8Array) => edits.push(edit));
      for (const _ of integrateInSteps(doc, [update], smallLimits(random))) {
        other.getText('text').insert(random(other.getText('text').length + 1), 'new');
        if (random(3) === 0) other.getText('text').delete(0, 2);
        for (const edit of edits.splice(0)) integrateSlice(doc, edit);
      }
      const whole = wholly([update, Y.encodeStateAsUpdate(other)]);
      expect(contentOf(Y.encodeStateAsUpdate(doc))).toEqual(contentOf(Y.encodeStateAsUpdate(whole)));
    });
    fc.assert(property, { numRuns: 30 });
  }, 60_000);

  it('[DOC22] long texts and lists come out in one piece', () => {
    const doc = new Y.Doc();
    doc.getText('text').insert(0, 'größe 漢字 👩‍💻 '.repeat(500));
    doc.getArray('array').insert(
      0,
      Array.from({ length: 500 }, (_, at) => ({ at })),
    );
    doc.getText('text').delete(700, 90);
    doc.getText('text').insert(999, '!');
    const update = Y.encodeStateAsUpdate(doc);
    const sliced = new Y.Doc();
    finished(integrateInSteps(sliced, [update], { bytes: 50, structs: 5, deletes: 5 }));
    expect(Y.encodeStateAsUpdate(sliced)).toEqual(update);
  });

  it('[DOC21] formatting stays, though all of its text that is left comes later', () => {
    const doc = new Y.Doc();
    const text = new Y.Text();
    doc.clientID = 9;
    doc.getMap('map').set('text', text);
    text.insert(0, 'z');
    text.insert(0, 'x', { bold: true });
    doc.clientID = 1;
    text.insert(1, 'y', { bold: true });
    text.delete(0, 1);
    const update = Y.encodeStateAsUpdate(doc);
    const sliced = new Y.Doc();
    finished(integrateInSteps(sliced, [update], { bytes: 4, structs: 1, deletes: 1 }));
    expect(JSON.stringify(text.toDelta())).toBe('[{"insert":"y","attributes":{"bold":true}},{"insert":"z"}]');
    expect(Y.encodeStateAsUpdate(sliced)).toEqual(update);
  });

  it('[DOC23] what Yjs makes of a damaged update is made of its slices too', () => {
    let integrated = 0;
    const property = fc.property(seeds, (seed) => {
      const random = randomFrom(seed);
      const updates = nestedHistories(random, 20);
      for (const update of updates) {
        const bytes = damaged(update, updates[random(updates.length)]!, random);
        const whole = attempt(() => wholly([bytes]));
        const doc = new Y.Doc();
        const steps = attempt(() => finished(integrateInSteps(doc, [bytes], smallLimits(random)), 1e5) ?? doc);
        if (whole === undefined || steps === undefined || isPending(whole)) continue;
        integrated++;
        expect(Y.encodeStateAsUpdate(doc)).toEqual(Y.encodeStateAsUpdate(whole));
      }
    });
    fc.assert(property, { numRuns: 100 });
    expect(integrated).toBeGreaterThan(10);
  }, 60_000);
});

describe('tidyInSteps', () => {
  it('[DOC21] does nothing to a document that is tidy', () => {
    const doc = wholly([nestedHistories(randomFrom(3)).at(-1)!]);
    let transactions = 0;
    const before = Y.encodeStateAsUpdate(doc);
    finished(tidyInSteps(doc));
    expect(Y.encodeStateAsUpdate(doc)).toEqual(before);
    const fresh = new Y.Doc();
    fresh.getText('text').insert(0, 'tidy');
    fresh.on('afterTransaction', () => transactions++);
    finished(tidyInSteps(fresh));
    expect(transactions).toBe(0);
  });
});

function attempt<T>(what: () => T): T | undefined {
  try {
    return what();
  } catch {
    return undefined;
  }
}
