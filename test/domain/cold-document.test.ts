import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';
import { ColdState } from '../../src/domain/entities/cold-state.ts';
import { CollaborativeDocument } from '../../src/domain/entities/collaborative-document.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { randomFrom, randomUpdates } from '../codecs/random-updates.ts';
import { contentOf } from '../support/histories.ts';

const ID = DocumentId.parse('notes');
const NOTHING = new Uint8Array([0]);
const scanned = (update: Uint8Array) => ({ update, scan: scanUpdate(update) });

function integrated(updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc;
}

describe('a cold document', () => {
  it('[DOC6] says the same as an integrated one, to whoever has nothing and to whoever has every struct', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const updates = randomUpdates(seed, 20);
        const doc = integrated(updates);
        const document = CollaborativeDocument.restore(ID, [Y.encodeStateAsUpdate(doc)]);
        expect(document.stateVector).toEqual(Y.encodeStateVector(doc));
        expect(contentOf(...document.missingParts(NOTHING))).toEqual(contentOf(...updates));
        const withoutDeletes = new Y.Doc({ gc: false });
        for (const update of updates) Y.applyUpdate(withoutDeletes, update);
        for (const update of document.missingParts(document.stateVector)) Y.applyUpdate(withoutDeletes, update);
        expect(Y.encodeStateVector(withoutDeletes)).toEqual(document.stateVector);
        expect(document.isHot).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  it('[DOC6] takes for known only what an integrated one knows, and stays cold for it', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (seed, cut) => {
        const updates = randomUpdates(seed, 20);
        const [have, ask] = [updates.slice(0, 1 + (cut % updates.length)), updates];
        const full = Y.encodeStateAsUpdate(integrated(have));
        for (const update of [...ask, full]) {
          const hot = CollaborativeDocument.restore(ID, have);
          hot.warm();
          const state = new ColdState(have);
          const { kind } = hot.applyUpdate(scanned(update));
          // Not the other way round: of two values set at once, the one that loses is deleted by no update.
          if (state.knows(scanned(update))) expect(kind).toBe('known');
          if (update === full) expect(kind).toBe('known');
        }
        const cold = CollaborativeDocument.restore(ID, [full]);
        expect(cold.applyUpdate(scanned(full)).kind).toBe('known');
        expect(cold.isHot).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  it('[DOC7] answers newcomers without encoding while it is edited, and never less than it has', () => {
    const random = randomFrom(5);
    const document = CollaborativeDocument.restore(ID, []);
    const learned: Uint8Array[] = [];
    for (const update of randomUpdates(11, 1_500)) {
      if (document.applyUpdate(scanned(update)).kind === 'learned') learned.push(update);
      if (random(50) === 0) expect(contentOf(...document.missingParts(NOTHING))).toEqual(contentOf(...learned));
    }
    const parts = document.missingParts(NOTHING);
    expect(document.missingParts(NOTHING)).toBe(parts);
    expect(contentOf(...parts)).toEqual(contentOf(...learned));
  });

  it('[DOC6] takes a hole in what is stored for damage, not for knowledge', () => {
    const doc = new Y.Doc();
    doc.getText('text').insert(0, 'a');
    const vector = Y.encodeStateVector(doc);
    doc.getText('text').insert(1, 'b');
    const state = new ColdState([Y.encodeStateAsUpdate(doc, vector)]);
    expect(() => state.stateVector).toThrow(expect.objectContaining({ kind: 'damaged' }));
  });
});
