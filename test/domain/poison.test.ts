import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';
import { CollaborativeDocument } from '../../src/domain/entities/collaborative-document.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { poisonFor, throws } from '../support/poison.ts';
import { insertion } from '../support/updates.ts';

const EMPTY = Y.encodeStateAsUpdate(new Y.Doc());

describe('poisoned updates', () => {
  it.each([
    ['an empty document', EMPTY],
    ['a document with a text', insertion('hello', 9)],
  ])('[DOC4] [DOC10] there are 200 of each kind for %s', (_name, document) => {
    const { base, accepted, refused } = poisonFor(document);
    expect(new Set(accepted.map((update) => Buffer.from(update).toString('base64'))).size).toBe(200);
    expect(refused).toHaveLength(200);
    expect(throws(document, base)).toBe(false);
    for (const update of accepted) expect(scanUpdate(update).size).toBe(update.byteLength);
    for (const update of refused)
      expect(() => scanUpdate(update)).toThrow(expect.objectContaining({ kind: 'invalid' }));
  });

  it('[DOC4] applyUpdate throws invalid at what Yjs throws at, and the document is restored without it', () => {
    const { base, accepted } = poisonFor(insertion('hello', 9));
    const restore = () => CollaborativeDocument.restore(DocumentId.parse('d'), [base]);
    const before = restore();
    for (const update of accepted) {
      const document = restore();
      expect(() => document.applyUpdate({ update, scan: scanUpdate(update) })).toThrow(
        expect.objectContaining({ kind: 'invalid' }),
      );
    }
    expect(restore().documentData).toEqual(before.documentData);
  });

  it('[DOC4] some poison leaves a part of itself in the document', () => {
    const { base, accepted } = poisonFor(EMPTY);
    const halfIn = accepted.filter((update) => {
      const document = CollaborativeDocument.restore(DocumentId.parse('d'), [base]);
      expect(() => document.applyUpdate({ update, scan: scanUpdate(update) })).toThrow();
      return scanUpdate(update).structs.some(({ client, end }) => document.clockOf(client) === end);
    });
    expect(halfIn.length).toBeGreaterThan(0);
  });
});
