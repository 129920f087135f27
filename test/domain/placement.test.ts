import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';
import { CollaborativeDocument } from '../../src/domain/entities/collaborative-document.ts';
import { learnedOf } from '../../src/domain/entities/integration.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { contentOf } from '../support/histories.ts';

type Place = readonly [client: number, clock: number];

/** Client 1: a text `abc` (0 to 2), a list of two (3, 4), a map whose key was set twice (5, 6). */
function base(): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = 1;
  doc.getText('text').insert(0, 'abc');
  doc.getArray('array').insert(0, [1, 2]);
  doc.getMap('map').set('key', 1);
  doc.getMap('map').set('key', 2);
  return Y.encodeStateAsUpdate(doc);
}

/** `x` of a client, put behind `left` and before `right`. */
function between(left: Place, right: Place, client = 2): Uint8Array {
  return encoding.encode((encoder) => {
    for (const number of [1, 1, client, 0, 0xc4, ...left, ...right]) encoding.writeVarUint(encoder, number);
    encoding.writeVarString(encoder, 'x');
    encoding.writeVarUint(encoder, 0);
  });
}

/** 0xc4 is one byte, and not a varUint. */
function bytesOf(update: Uint8Array): Uint8Array {
  const at = update.indexOf(0xc4);
  return Buffer.concat([update.subarray(0, at + 1), update.subarray(at + 2)]);
}

function open(...updates: readonly Uint8Array[]) {
  const document = CollaborativeDocument.restore(DocumentId.parse('d'), updates);
  return {
    document,
    apply: (update: Uint8Array) => {
      const integration = document.applyUpdate({ update, scan: scanUpdate(update) });
      return { kind: integration.kind, learned: learnedOf(integration, update) };
    },
  };
}

const invalid = expect.objectContaining({ kind: 'invalid' });

describe('where an item is put', () => {
  it('[DOC27] between two of one list, in their order', () => {
    const { document, apply } = open(base());
    expect(apply(bytesOf(between([1, 0], [1, 1]))).kind).toBe('learned');
    expect(contentOf(document.documentData)).toMatchObject({ text: '[{"insert":"axbc"}]' });
  });

  it.each<[string, Place, Place]>([
    ['of two types', [1, 1], [1, 3]],
    ['in the other order', [1, 2], [1, 0]],
    ['that are one', [1, 1], [1, 1]],
    ['of a map', [1, 5], [1, 6]],
  ])('[DOC27] between two %s it is refused', (_name, left, right) => {
    expect(() => open(base()).apply(bytesOf(between(left, right)))).toThrow(invalid);
  });

  it('[DOC27] between one that is collected and one that is not it is refused', () => {
    const doc = new Y.Doc();
    doc.clientID = 9;
    doc.getMap('map').set('nested', new Y.Text('gone'));
    doc.getMap('map').delete('nested');
    const { apply } = open(base(), Y.encodeStateAsUpdate(doc));
    expect(() => apply(bytesOf(between([9, 2], [1, 1])))).toThrow(invalid);
  });

  it('[DOC27] [DOC3] between two that are not there yet it waits, also behind one that is collected', () => {
    const [owner, other, writer] = [new Y.Doc(), new Y.Doc(), new Y.Doc()];
    [owner.clientID, other.clientID, writer.clientID] = [9, 1, 2];
    owner.getMap('map').set('nested', new Y.Text('abc'));
    const before = Y.encodeStateAsUpdate(owner);
    other.getText('text').insert(0, 'ab');
    const unknown = Y.encodeStateAsUpdate(other);
    for (const update of [before, unknown]) Y.applyUpdate(writer, update);
    const known = Y.encodeStateVector(writer);
    (writer.getMap('map').get('nested') as Y.Text).insert(1, 'x');
    writer.getText('text').insert(1, 'y');
    owner.getMap('map').delete('nested');
    const { document, apply } = open(Y.encodeStateAsUpdate(owner));
    expect(apply(Y.encodeStateAsUpdate(writer, known)).kind).toBe('gap');
    expect(apply(unknown).kind).toBe('learned');
    expect(apply(Y.encodeStateAsUpdate(writer, known)).kind).toBe('learned');
    expect(contentOf(document.documentData)).toMatchObject({ text: '[{"insert":"ayb"}]' });
  });
});

describe('an update that repeats some of what is known', () => {
  it('[DOC28] is kept without that, so that the log can be read when it is collected', () => {
    const writer = new Y.Doc();
    writer.clientID = 5;
    writer.getMap('map').set('nested', new Y.Text('abcd'));
    const before = Y.encodeStateAsUpdate(writer);
    (writer.getMap('map').get('nested') as Y.Text).insert(4, 'ef');
    // One struct from the start: four elements that are known, and two that are not.
    const longer = Y.encodeStateAsUpdate(writer);
    const { document, apply } = open(before);
    const { kind, learned } = apply(longer);
    expect(kind).toBe('learned');
    expect(scanUpdate(learned!).structs).toEqual([{ client: 5, clock: 5, end: 7 }]);
    writer.getMap('map').delete('nested');
    const deleted = Y.encodeStateAsUpdate(writer, Y.encodeStateVector(writer));
    apply(deleted);
    const restored = open(before, deleted, learned!).document;
    expect(contentOf(restored.documentData)).toEqual(contentOf(document.documentData));
  });

  it('[DOC28] whose clients are not in the order of Yjs is kept in that order', () => {
    const make = (client: number) => {
      const doc = new Y.Doc();
      doc.clientID = client;
      doc.getMap('map').set(`${client}`, client);
      return Y.encodeStateAsUpdate(doc);
    };
    const [low, high] = [make(3), make(7)];
    // Both without their count in front and their delete set behind.
    const update = Buffer.concat([Uint8Array.of(2), low.subarray(1, -1), high.subarray(1, -1), Uint8Array.of(0)]);
    const { learned } = open().apply(update);
    expect(scanUpdate(learned!).structs.map(({ client }) => client)).toEqual([7, 3]);
  });
});
