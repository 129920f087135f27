import * as Y from 'yjs';
import { shuffled } from './histories.ts';

type Random = (below: number) => number;

const WORDS = ['a', 'word ', 'größe', '漢字', '👩‍💻', 'x'.repeat(40)];
const KEYS = ['k', 'l', 'größe'];

/**
 * Documents of several clients who build and break nested types, overwrite keys, format, undo and meet from time to
 * time, and a state of all of them merged: as one update each.
 */
export function nestedHistories(random: Random, edits = 60): Uint8Array[] {
  const docs = Array.from({ length: 2 + random(4) }, () => new Y.Doc({ gc: random(3) > 0 }));
  const undo = docs.map((doc, at) => {
    doc.clientID = [7, 70_000, 4_000_000_000, 1, 2 ** 33][at]!;
    return new Y.UndoManager([
      doc.getMap('map'),
      doc.getArray('array'),
      doc.getText('text'),
      doc.getXmlFragment('xml'),
    ]);
  });
  const sent: Uint8Array[] = [];
  for (const doc of docs) doc.on('update', (update: Uint8Array, origin) => origin !== 'peer' && sent.push(update));
  for (let edit = 0; edit < edits; edit++) {
    const at = random(docs.length);
    const doc = docs[at]!;
    if (random(8) === 0) undo[at]![random(3) === 0 ? 'redo' : 'undo']();
    else doc.transact(() => editOne(doc, random));
    if (random(5) === 0) undo[at]!.stopCapturing();
    if (random(3) === 0) Y.applyUpdate(docs[random(docs.length)]!, Y.encodeStateAsUpdate(doc), 'peer');
  }
  const all = new Y.Doc();
  for (const update of shuffled(sent, random)) Y.applyUpdate(all, update);
  return [...docs.map((doc) => Y.encodeStateAsUpdate(doc)), Y.mergeUpdates(sent), Y.encodeStateAsUpdate(all)];
}

function editOne(doc: Y.Doc, random: Random): void {
  const types = typesOf(doc);
  const type = types[random(types.length)]!;
  if (type instanceof Y.Text) editText(type, random);
  else if (type instanceof Y.Map) editMap(type, random);
  else editList(type, random);
}

function typesOf(doc: Y.Doc): (Y.Text | Y.Map<unknown> | Y.Array<unknown> | Y.XmlFragment)[] {
  const types: unknown[] = [doc.getText('text'), doc.getMap('map'), doc.getArray('array'), doc.getXmlFragment('xml')];
  for (let at = 0; at < types.length; at++) {
    const type = types[at];
    if (type instanceof Y.Map) types.push(...[...type.values()].filter((value) => value instanceof Y.AbstractType));
    else if (type instanceof Y.Array || type instanceof Y.XmlFragment) {
      types.push(...type.toArray().filter((value) => value instanceof Y.AbstractType));
    }
  }
  return types as never;
}

function editText(text: Y.Text, random: Random): void {
  const at = random(text.length + 1);
  const word = WORDS[random(WORDS.length)]!;
  const edits = [
    () => text.insert(at, word),
    () => text.insert(at, word, { bold: true }),
    () => text.insert(at, word, { link: { href: word } }),
    () => text.format(at, random(text.length - at + 1), { bold: [true, null][random(2)] }),
    () => text.delete(at, random(text.length - at + 1)),
    () => text.insertEmbed(at, { image: word }),
  ];
  edits[random(edits.length)]!();
}

function editMap(map: Y.Map<unknown>, random: Random): void {
  const key = KEYS[random(KEYS.length)]!;
  if (random(4) === 0) map.delete(key);
  else map.set(key, newValue(random));
}

function editList(list: Y.Array<unknown> | Y.XmlFragment, random: Random): void {
  if (list.length > 0 && random(3) === 0) {
    const at = random(list.length);
    list.delete(at, 1 + random(list.length - at));
  } else if (list instanceof Y.Array) {
    list.insert(
      random(list.length + 1),
      Array.from({ length: 1 + random(4) }, () => newValue(random)),
    );
  } else {
    const node = random(3) === 0 ? new Y.XmlText(WORDS[random(WORDS.length)]!) : new Y.XmlElement('p');
    list.insert(random(list.length + 1), [node]);
    if (node instanceof Y.XmlElement && random(2) === 0) node.setAttribute('k', 'v');
  }
}

function newValue(random: Random): unknown {
  const values = [
    () => random(1000),
    () => ({ deep: [WORDS[random(WORDS.length)]] }),
    () => new Uint8Array([1, random(256)]),
    () => new Y.Map(KEYS.slice(random(3)).map((key) => [key, random(9)])),
    () => new Y.Text(WORDS[random(WORDS.length)]),
    () => Y.Array.from([1, 'two', null]),
    () => new Y.Doc({ gc: random(2) > 0 }),
  ];
  return values[random(values.length)]!();
}
