import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';
import { CollaborativeDocument } from '../../src/domain/entities/collaborative-document.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';

const scanned = (update: Uint8Array) => ({ update, scan: scanUpdate(update) });

/** Edits of two people who see each other's now and then, each an update. */
const edits = fc.array(
  fc.record({ who: fc.nat(1), at: fc.nat(20), kind: fc.constantFrom('insert', 'delete', 'meet') }),
  { minLength: 1, maxLength: 25 },
);

interface Edit {
  readonly who: number;
  readonly at: number;
  readonly kind: string;
}

function historyOf(script: readonly Edit[]): { readonly updates: Uint8Array[]; readonly docs: readonly Y.Doc[] } {
  const docs = [1, 2].map((clientID) => Object.assign(new Y.Doc(), { clientID }));
  const updates: Uint8Array[] = [];
  for (const doc of docs) doc.on('update', (update: Uint8Array, origin) => origin === 'peer' || updates.push(update));
  for (const { who, at, kind } of script) {
    const [doc, other] = who === 0 ? [docs[0]!, docs[1]!] : [docs[1]!, docs[0]!];
    const text = doc.getText('t');
    if (kind === 'meet') Y.applyUpdate(doc, Y.encodeStateAsUpdate(other), 'peer');
    else if (kind === 'insert') text.insert(Math.min(at, text.length), 'xy');
    else if (text.length > 0) text.delete(at % text.length, 1);
  }
  return { updates, docs };
}

function documentOf(updates: readonly Uint8Array[], form: 'cold' | 'hot'): CollaborativeDocument {
  const document = CollaborativeDocument.restore(DocumentId.parse('d'), updates);
  if (form === 'hot') document.warm();
  return document;
}

/** What the document says, made ready to be edited where it has to be. */
function repeats(document: CollaborativeDocument, update: Uint8Array): boolean {
  if (document.repeats(scanned(update)) === 'when warm') document.warm();
  const answer = document.repeats(scanned(update));
  if (typeof answer !== 'boolean') throw new Error('It is warm.');
  return answer;
}

describe.each(['cold', 'hot'] as const)('a %s document', (form) => {
  it('[READ4] says of an update that it adds nothing exactly where integrating it learns nothing', () => {
    fc.assert(
      fc.property(edits, fc.nat(25), (script, known) => {
        const { updates, docs } = historyOf(script);
        const stored = updates.slice(0, known);
        const asked = [...updates, ...docs.map((doc) => Y.encodeStateAsUpdate(doc)), Uint8Array.of(0, 0)];
        for (const update of asked) {
          const learned = documentOf(stored, 'hot').applyUpdate(scanned(update)).kind !== 'known';
          expect(repeats(documentOf(stored, form), update)).toBe(!learned);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('[READ4] looks, and changes nothing', () => {
    const { updates } = historyOf([{ who: 0, at: 0, kind: 'insert' }]);
    const document = documentOf([], form);
    expect(repeats(document, updates[0]!)).toBe(false);
    expect(Buffer.compare(document.documentData, Buffer.of(0, 0))).toBe(0);
  });
});

it('[READ4] deletes that are not written as Yjs writes them count as something new', () => {
  const doc = Object.assign(new Y.Doc(), { clientID: 1 });
  doc.getText('t').insert(0, 'abcdef');
  doc.getText('t').delete(0, 4);
  const document = documentOf([Y.encodeStateAsUpdate(doc)], 'hot');
  // One client with two ranges: [0, 2) and then [0, 2) again.
  expect(document.repeats(scanned(Uint8Array.of(0, 1, 1, 2, 0, 2, 0, 2)))).toBe(false);
  expect(document.repeats(scanned(Uint8Array.of(0, 1, 1, 2, 0, 2, 2, 2)))).toBe(true);
});
