import * as Y from 'yjs';

/** A small deterministic generator (mulberry32), so that fast-check can shrink to a seed. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const TEXTS = ['a', 'hello ', 'größe', '漢字', '👩‍💻 emoji', '\uFEFFbom', 'x'.repeat(300), '\u0000'];
const VALUES: unknown[] = [
  ...[0, -1, 63, 64, -8192, 2 ** 31, 2 ** 40, 1.5, 0.1, true, false, null, undefined, 'text', 'ü', 10n],
  ...[new Uint8Array([1, 2, 3]), [1, ['nested', { deep: [] }]], { a: 1, ü: { b: [null, undefined] } }, {}, []],
];

/** A Y.Array takes the others only inside of a value. */
const LISTABLE = VALUES.filter((value) => value !== undefined && typeof value !== 'bigint');

/** Edits `doc` once, in one of every way Yjs knows. */
function randomEdit(doc: Y.Doc, random: (below: number) => number): void {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const text = doc.getText('text');
  const array = doc.getArray<unknown>('array');
  const map = doc.getMap<unknown>('map');
  const xml = doc.getXmlFragment('xml');
  const at = random(text.length + 1);
  const edits: (() => void)[] = [
    () => text.insert(at, pick(TEXTS)),
    () => text.insert(at, pick(TEXTS), { bold: true, link: { href: 'https://example.org/ü' }, size: null }),
    () => text.insertEmbed(at, { image: 'ü.png', size: [1, 2] }),
    () => text.delete(at, random(text.length - at + 1)),
    () => text.format(at, random(text.length - at + 1), { italic: pick([true, null, 'yes']) }),
    () => array.insert(random(array.length + 1), [pick(LISTABLE), pick(LISTABLE), [pick(VALUES)]]),
    () => array.insert(random(array.length + 1), [pick([new Y.Map([['k', 1]]), new Y.Text('nested'), new Y.Array()])]),
    () => array.length > 0 && array.delete(random(array.length), 1),
    () => map.set(pick(['a', 'b', 'ü']), pick(VALUES)),
    () => map.set(pick(['a', 'b']), new Y.Array()),
    () => map.delete(pick(['a', 'b'])),
    () => map.set('sub', new Y.Doc({ autoLoad: pick([true, false]), gc: pick([true, false]), meta: { a: [1] } })),
    () =>
      xml.insert(random(xml.length + 1), [
        pick([new Y.XmlElement('p'), new Y.XmlText('ü'), new Y.XmlHook('hook') as never]),
      ]),
    () => xml.length > 0 && xml.delete(random(xml.length), 1),
  ];
  doc.transact(() => pick(edits)());
}

/** What two or three clients, who meet from time to time, send in `edits` steps; then states, diffs, and merges. */
export function randomUpdates(seed: number, edits = 30): Uint8Array[] {
  const random = randomFrom(seed);
  const docs = Array.from({ length: 2 + random(2) }, () => new Y.Doc({ gc: random(4) > 0 }));
  const sent: Uint8Array[] = [];
  for (const [i, doc] of docs.entries()) {
    doc.clientID = [1, 300, 4_000_000_000, 2 ** 40][(i + random(4)) % 4]! + i;
    doc.on('update', (update: Uint8Array, origin: unknown) => origin !== 'peer' && sent.push(update));
  }
  for (let i = 0; i < edits; i++) {
    const doc = docs[random(docs.length)]!;
    randomEdit(doc, random);
    if (random(4) === 0) Y.applyUpdate(docs[random(docs.length)]!, Y.encodeStateAsUpdate(doc), 'peer');
  }
  const first = docs[0]!;
  for (const doc of docs) sent.push(Y.encodeStateAsUpdate(doc), Y.encodeStateAsUpdate(doc, Y.encodeStateVector(first)));
  // Left-out updates become Skip structs in the merged one.
  sent.push(Y.mergeUpdates(sent.filter(() => random(2) === 0).concat(sent[0]!)));
  sent.push(Y.mergeUpdates(sent));
  return sent;
}

/** One damaged copy: some flipped bits, a cut, or a piece of `other` put in its place or between. */
export function damaged(update: Uint8Array, other: Uint8Array, random: (below: number) => number): Uint8Array {
  const at = random(update.length);
  const piece = other.subarray(random(other.length)).subarray(0, 1 + random(12));
  switch (random(4)) {
    case 0: {
      const copy = update.slice();
      for (let flips = 1 + random(3); flips > 0; flips--) copy[random(copy.length)]! ^= 1 << random(8);
      return copy;
    }
    case 1:
      return update.slice(0, at);
    case 2:
      return Uint8Array.of(...update.subarray(0, at), ...piece, ...update.subarray(at));
    default:
      return Uint8Array.of(...update.subarray(0, at), ...piece, ...update.subarray(at + piece.length));
  }
}
