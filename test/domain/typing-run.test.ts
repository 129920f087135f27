import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';
import { encodeTypedText, readTypedText } from '../../src/domain/codecs/typed-text.ts';
import { CollaborativeDocument } from '../../src/domain/entities/collaborative-document.ts';
import { TypingRun } from '../../src/domain/entities/typing-run.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { randomFrom, randomUpdates } from '../codecs/random-updates.ts';
import { contentOf } from '../support/histories.ts';

const ID = DocumentId.parse('notes');
const NOTHING = new Uint8Array([0]);
const scanned = (update: Uint8Array) => ({ update, scan: scanUpdate(update) });
const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex');

/** Each call of `edit` is an update of its own. */
function author(clientID: number) {
  const doc = new Y.Doc();
  doc.clientID = clientID;
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  const take = () => updates.splice(0);
  return { doc, text: doc.getText('t'), take };
}

function typing(text: string, at = 0, before = ''): { doc: Y.Doc; updates: Uint8Array[] } {
  const { doc, text: target, take } = author(7);
  if (before !== '') target.insert(0, before);
  take();
  let position = at;
  for (const character of text) {
    target.insert(position, character);
    position += character.length;
  }
  return { doc, updates: take() };
}

describe('typed text', () => {
  it('[DOC25] golden bytes of a run, at the end and in the middle of a text', () => {
    const atEnd = typing('abc').updates.slice(1).map(scanned);
    const pieces = atEnd.map(({ update, scan }) => readTypedText(update, scan)!);
    expect(hex(encodeTypedText(pieces))).toBe('0101070184070002626300');
    const inMiddle = typing('abc', 1, 'xy').updates.slice(1).map(scanned);
    const others = inMiddle.map(({ update, scan }) => readTypedText(update, scan)!);
    expect(hex(encodeTypedText(others))).toBe('01010703c407020701026263' + '00');
  });

  it('[DOC25] only text of one client and nothing else is taken for it', () => {
    const { doc, text, take } = author(7);
    text.insert(0, 'text');
    text.delete(0, 1);
    text.insertEmbed(0, { image: 1 });
    text.format(0, 2, { bold: true });
    doc.getMap('m').set('k', 'v');
    doc.getMap('m').set('k', new Y.Text());
    doc.transact(() => {
      text.insert(0, 'a');
      text.insert(3, 'b');
    });
    doc.getArray('a').insert(0, ['x']);
    const read = take().map((update) => readTypedText(update, scanUpdate(update)) !== undefined);
    expect(read).toEqual([true, false, false, false, false, false, false, false]);
  });

  it('[DOC25] a run takes what continues it, and nothing else', () => {
    const { updates } = typing('abcdef');
    const start = () => TypingRun.startedBy(scanned(updates[0]!))!;
    const run = start();
    expect(run.takes(scanned(updates[2]!))).toBe(false);
    expect(run.takes(scanned(updates[0]!))).toBe(false);
    expect(run.takes(scanned(updates[1]!))).toBe(true);
    expect(run.takes(scanned(updates[1]!))).toBe(false);
    expect(run.takes(scanned(updates[2]!))).toBe(true);
    const doc = new Y.Doc();
    Y.applyUpdate(doc, updates[0]!);
    Y.applyUpdate(doc, run.drain()!);
    expect(doc.getText('t').toString()).toBe('abc');
    expect(run.drain()).toBeUndefined();
    expect(run.takes(scanned(updates[3]!))).toBe(true);
    const elsewhere = author(7);
    Y.applyUpdate(elsewhere.doc, updates[0]!);
    elsewhere.take();
    elsewhere.text.insert(0, 'z');
    expect(start().takes(scanned(elsewhere.take()[0]!))).toBe(false);
  });
});

describe('a document in which people type', () => {
  it('[DOC25] is at every moment what a document is that integrates each update by itself', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = randomFrom(seed);
        const authors = [author(3), author(5)];
        const plain = new Y.Doc();
        const document = CollaborativeDocument.restore(ID, []);
        for (let step = 0; step < 25; step++) {
          const { doc, text, take } = authors[random(2)]!;
          edit(doc, text, random);
          const updates = take();
          for (const update of updates) Y.applyUpdate(plain, update);
          for (const burst of random(2) === 0 ? [updates] : updates.map((update) => [update])) {
            const kinds = document.applyUpdates(burst.map(scanned)).map(({ kind }) => kind);
            expect(kinds).not.toContain('gap');
          }
          if (random(4) === 0) expect(document.stateVector).toEqual(Y.encodeStateVector(plain));
          if (random(4) === 0)
            expect(contentOf(document.documentData)).toEqual(contentOf(Y.encodeStateAsUpdate(plain)));
          if (random(3) === 0) meet(authors[0]!, authors[1]!);
        }
        expect(contentOf(...document.missingParts(NOTHING))).toEqual(contentOf(Y.encodeStateAsUpdate(plain)));
      }),
      { numRuns: 150 },
    );
  });

  it('[DOC25] [DOC3] any updates in any order, in bursts, have the outcome that they have one by one', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = randomFrom(seed);
        const updates = randomUpdates(seed, 60).map((update) => ({
          update,
          rank: random(1000) + (random(3) > 0 ? 0 : 1),
        }));
        const shuffled = updates.map(({ update }) => update);
        for (let swaps = 0; swaps < 10; swaps++) {
          const [i, j] = [random(shuffled.length), random(shuffled.length)];
          [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
        }
        const [together, single] = [CollaborativeDocument.restore(ID, []), CollaborativeDocument.restore(ID, [])];
        const one = shuffled.map((update) => single.applyUpdate(scanned(update)).kind);
        const all: string[] = [];
        while (all.length < shuffled.length) {
          const burst = shuffled.slice(all.length, all.length + 1 + random(8));
          all.push(...together.applyUpdates(burst.map(scanned)).map(({ kind }) => kind));
        }
        expect(all).toEqual(one);
        expect(contentOf(together.documentData)).toEqual(contentOf(single.documentData));
      }),
      // The example: an update of which one struct is collected and another one waits.
      { numRuns: 60, examples: [[671_963_310]] },
    );
  });

  it('[DOC25] a thousand pieces are integrated at the latest, and long ones at once', () => {
    const { doc, updates } = typing('x'.repeat(2_500));
    const document = CollaborativeDocument.restore(ID, []);
    for (const update of updates) expect(document.applyUpdate(scanned(update)).kind).toBe('learned');
    expect(document.clockOf(7)).toBe(2_500);
    expect(contentOf(document.documentData)).toEqual(contentOf(Y.encodeStateAsUpdate(doc)));
    const run = TypingRun.startedBy(scanned(updates[0]!))!;
    expect(updates.slice(1).filter((update) => run.takes(scanned(update)))).toHaveLength(1_000);
  });
});

type Random = (below: number) => number;

/** Mostly typing, as people do: a few characters in a row, some of them two units long; now and then something else. */
function edit(doc: Y.Doc, text: Y.Text, random: Random): void {
  const choice = random(8);
  let at = random(text.length + 1);
  if (choice < 5) {
    for (let left = 1 + random(6); left > 0; left--) {
      const characters = ['a', 'ß', '漢', '😀'][random(4)]!;
      text.insert(at, characters);
      at += characters.length;
    }
  } else if (choice === 5 && text.length > 0) {
    const from = random(text.length);
    text.delete(from, Math.min(1 + random(4), text.length - from));
  } else if (choice === 6 && text.length > 1) {
    text.format(0, text.length, { bold: random(2) === 0 });
  } else {
    doc.getMap('m').set('k', random(9));
  }
}

type Author = ReturnType<typeof author>;

function meet(one: Author, other: Author): void {
  Y.applyUpdate(one.doc, Y.encodeStateAsUpdate(other.doc, Y.encodeStateVector(one.doc)));
  Y.applyUpdate(other.doc, Y.encodeStateAsUpdate(one.doc, Y.encodeStateVector(other.doc)));
  one.take();
  other.take();
}
