import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';
import { CollaborativeDocument } from '../../src/domain/entities/collaborative-document.ts';
import type { Integration, ScannedUpdate } from '../../src/domain/entities/integration.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { randomFrom, randomUpdates } from '../codecs/random-updates.ts';
import { bursts, contentOf, shuffled } from '../support/histories.ts';
import { insertion, insertions } from '../support/updates.ts';

const ID = DocumentId.parse('d');
const RUNS = { numRuns: 25 };
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

const scanned = (update: Uint8Array): ScannedUpdate => ({ update, scan: scanUpdate(update) });
const kinds = (integrations: readonly Integration[]) => integrations.map(({ kind }) => kind);

describe('CollaborativeDocument', () => {
  it('[DOC1] an update is learned once and known from then on', () => {
    const document = new CollaborativeDocument(ID);
    const update = scanned(insertion('hello'));
    expect(document.applyUpdate(update)).toEqual({ kind: 'learned' });
    const { stateVector, documentData } = document;
    expect(document.applyUpdate(update)).toEqual({ kind: 'known' });
    expect(document.stateVector).toEqual(stateVector);
    expect(document.documentData).toEqual(documentData);
    expect(document.applyUpdate(scanned(Uint8Array.of(0, 0)))).toEqual({ kind: 'known' });
  });

  it('[DOC1] a delete alone is learned once', () => {
    const doc = new Y.Doc();
    doc.getText('t').insert(0, 'hello');
    const all = Y.encodeStateAsUpdate(doc);
    let deletion: Uint8Array | undefined;
    doc.on('update', (update: Uint8Array) => {
      deletion = update;
    });
    doc.getText('t').delete(1, 3);
    const document = CollaborativeDocument.restore(ID, [all]);
    expect(kinds(document.applyUpdates([scanned(deletion!), scanned(deletion!)]))).toEqual(['learned', 'known']);
    expect(document.applyUpdate(scanned(deletion!))).toEqual({ kind: 'known' });
    expect(contentOf(document.documentData)).toEqual(contentOf(Y.encodeStateAsUpdate(doc)));
  });

  it('[DOC2] a gap leaves nothing behind, says what it needs, and can be applied again', () => {
    const [first, second, third] = insertions('a', 'b', 'c').map(scanned);
    const document = new CollaborativeDocument(ID);
    const client = third!.scan.structs[0]!.client;
    const integration = document.applyUpdate(third!);
    expect(integration).toEqual({ kind: 'gap', integrated: undefined, missing: new Map([[client, 1]]) });
    expect(document.documentData).toEqual(new CollaborativeDocument(ID).documentData);
    expect(document.applyUpdate(first!)).toEqual({ kind: 'learned' });
    expect(document.clockOf(client)).toBe(1);
    expect(document.applyUpdate(second!)).toEqual({ kind: 'learned' });
    expect(document.clockOf(client)).toBe(2);
    expect(document.applyUpdate(third!)).toEqual({ kind: 'learned' });
    expect(contentOf(document.documentData)).toMatchObject({ clocks: [[client, 3]], pending: [null, null] });
  });

  it('[DOC2] of an update of two clients, the part that integrates is returned and stays', () => {
    const [first, second] = insertions('a', 'b');
    const other = insertion('other', 7);
    const both = Y.mergeUpdates([second!, other]);
    const document = new CollaborativeDocument(ID);
    const integration = document.applyUpdate(scanned(both));
    if (integration.kind !== 'gap' || integration.integrated === undefined) throw new Error('No part was integrated');
    expect(contentOf(integration.integrated)).toEqual(contentOf(other));
    expect(contentOf(document.documentData)).toEqual(contentOf(other));
    expect(document.applyUpdate(scanned(both))).toMatchObject({ kind: 'gap', integrated: undefined });
    expect(kinds(document.applyUpdates([first!, both].map(scanned)))).toEqual(['learned', 'learned']);
    expect(contentOf(document.documentData)).toEqual(contentOf(first!, both));
  });

  it('[DOC2] a delete of what is not there waits for the first of what it deletes, whatever its order', () => {
    const doc = new Y.Doc();
    doc.clientID = 7;
    doc.getText('t').insert(0, 'abcdefgh');
    const document = CollaborativeDocument.restore(ID, []);
    // Deletes 6-7 before 2-3.
    const deletes = Uint8Array.of(0, 1, 7, 2, 6, 1, 2, 1);
    expect(document.applyUpdate(scanned(deletes))).toEqual({
      kind: 'gap',
      integrated: undefined,
      missing: new Map([[7, 2]]),
    });
    document.applyUpdate(scanned(Y.encodeStateAsUpdate(doc)));
    expect(document.applyUpdate(scanned(deletes))).toEqual({ kind: 'learned' });
    expect(contentOf(document.documentData)).toEqual(contentOf(Y.encodeStateAsUpdate(doc), deletes));
  });

  it('[DOC1] [DOC2] [DOC3] bursts in any order end like one by one, with the same answers', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomFrom(seed);
        const sent = randomUpdates(seed, 20);
        const updates = shuffled([...sent, ...sent.filter(() => random(3) === 0)], random).map(scanned);
        const together = new CollaborativeDocument(ID);
        const single = new CollaborativeDocument(ID);
        for (const burst of bursts(updates, random)) {
          const answers = together.applyUpdates(burst);
          expect(burst.map((update) => single.applyUpdate(update))).toEqual(answers);
        }
        expect(contentOf(together.documentData)).toEqual(contentOf(single.documentData));
        expect(together.stateVector).toEqual(single.stateVector);
      }),
      RUNS,
    );
  });

  it('[DOC2] [DOC5] learned updates and integrated parts, in their order, restore the document; gaps come again', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomFrom(seed);
        const sent = randomUpdates(seed, 20);
        const document = new CollaborativeDocument(ID);
        const stored: Uint8Array[] = [];
        let waiting = shuffled(sent, random).map(scanned);
        while (waiting.length > 0) {
          const gaps: ScannedUpdate[] = [];
          for (const burst of bursts(waiting, random)) {
            document.applyUpdates(burst).forEach((integration, at) => {
              if (integration.kind === 'learned') stored.push(burst[at]!.update);
              if (integration.kind !== 'gap') return;
              if (integration.integrated !== undefined) stored.push(integration.integrated);
              expect(integration.missing.size).toBeGreaterThan(0);
              gaps.push(burst[at]!);
            });
          }
          expect(gaps.length).toBeLessThan(waiting.length);
          waiting = gaps;
        }
        expect(contentOf(document.documentData)).toEqual(contentOf(...sent));
        const restored = CollaborativeDocument.restore(ID, stored);
        expect(contentOf(restored.documentData)).toEqual(contentOf(document.documentData));
      }),
      RUNS,
    );
  });

  it('[DOC2] a gap comes further once one of the clocks it waits for is passed, and not before', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomFrom(seed);
        const document = new CollaborativeDocument(ID);
        const gaps: { readonly update: ScannedUpdate; readonly missing: ReadonlyMap<number, number> }[] = [];
        for (const update of shuffled(randomUpdates(seed, 15), random).map(scanned)) {
          const integration = document.applyUpdate(update);
          if (integration.kind === 'gap') gaps.push({ update, missing: integration.missing });
          for (const { update: gap, missing } of gaps) {
            if ([...missing].some(([client, clock]) => clock < document.clockOf(client))) continue;
            expect(document.applyUpdate(gap)).toMatchObject({ kind: 'gap', integrated: undefined });
          }
        }
      }),
      RUNS,
    );
  });

  it('[DOC5] missingUpdates makes its owner equal, from anywhere in the history', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomFrom(seed);
        const sent = randomUpdates(seed, 20);
        const document = CollaborativeDocument.restore(ID, sent);
        const owner = new Y.Doc();
        for (const update of sent.filter(() => random(2) === 0)) Y.applyUpdate(owner, update);
        Y.applyUpdate(owner, document.missingUpdates(Y.encodeStateVector(owner)));
        expect(contentOf(Y.encodeStateAsUpdate(owner))).toEqual(contentOf(document.documentData));
        expect(document.missingUpdates(Uint8Array.of(0))).toEqual(document.documentData);
      }),
      RUNS,
    );
  });

  it('[DOC5] a state vector that does not decode is invalid', () => {
    const document = new CollaborativeDocument(ID);
    expect(() => document.missingUpdates(new Uint8Array())).toThrow(expect.objectContaining({ kind: 'invalid' }));
  });

  it('[DOC2] updates that do not follow one another make no document that could be edited', () => {
    const [first, second] = insertions('a', 'b');
    const damagedOne = () => CollaborativeDocument.restore(ID, [second!]);
    const damaged = expect.objectContaining({ kind: 'damaged' });
    expect(() => damagedOne().warm()).toThrow(damaged);
    expect(() => damagedOne().applyUpdate(scanned(first!))).toThrow(damaged);
  });
});
