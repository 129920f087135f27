import { createEncoder, type Encoder, toUint8Array, writeUint8, writeVarString, writeVarUint } from 'lib0/encoding';
import * as Y from 'yjs';
import { damaged, randomFrom, randomUpdates } from '../codecs/random-updates.ts';

/** An update that must be refused, and how it is broken. */
export interface Poison {
  readonly name: string;
  readonly update: Uint8Array;
  /** `poisoned`: Yjs decodes it and throws when it is applied. `damaged`: Yjs does not decode it. */
  readonly kind: 'poisoned' | 'damaged';
}

type Id = readonly [client: number, clock: number];

/** Where an item says that it stands. */
interface Place {
  readonly origin?: Id;
  readonly right?: Id;
  /** A root type's name, or the item of a nested type. */
  readonly parent?: string | Id;
  readonly key?: string;
}

/** The client whose last elements were collected: there is nothing left there to stand beside. */
const COLLECTED = 50;
const COLLECTED_CLOCKS = 8;
const WRITER = 7;
/** Most are honest, or gaps; each costs an integration to find out. */
const MUTATIONS = 500;

/** The document that the poison is made for, as one update. */
export function baseDocument(): Uint8Array {
  const [writer, collected] = [new Y.Doc(), new Y.Doc()];
  writer.clientID = WRITER;
  collected.clientID = COLLECTED;
  writer.getText('text').insert(0, 'hello world');
  writer.getMap('map').set('key', new Y.Array());
  writer.getText('text').format(0, 3, { bold: true });
  writer.getText('text').delete(2, 3);
  writer.getXmlFragment('xml').insert(0, [new Y.XmlElement('p')]);
  collected.getArray('array').insert(0, [new Y.Text('nested!')]);
  Y.applyUpdate(writer, Y.encodeStateAsUpdate(collected));
  writer.getArray('array').delete(0, 1);
  return Y.encodeStateAsUpdate(writer);
}

/** `count` updates, each different: most of them poisoned, some damaged. The same for the same `seed`. */
export function poisons(base: Uint8Array, count: number, seed: number): readonly Poison[] {
  const built = [...beyondThemselves(), ...besideHarmless(), ...ontoCollected()].filter((each) => breaks(base, each));
  const found = new Map<string, Poison>();
  for (const poison of [...mutations(base, count, seed), ...built]) {
    found.set(Buffer.from(poison.update).toString('hex'), poison);
  }
  const all = [...found.values()];
  const cut = all.filter(({ kind }) => kind === 'damaged').slice(0, Math.floor(count / 4));
  const poisoned = all.filter(({ kind }) => kind === 'poisoned').slice(0, count - cut.length);
  return [...poisoned, ...cut];
}

/**
 * An update with a gap, which goes off when somebody else closes it: its item stands behind an element that nobody has
 * written yet, and overlaps what was collected.
 */
export function detonator(missing: Id, variant: number): Uint8Array {
  const clock = 1 + (variant % (COLLECTED_CLOCKS - 1));
  return itemUpdate(COLLECTED, clock, { origin: missing }, text('x'.repeat(20 + variant)));
}

function breaks(base: Uint8Array, { update }: Poison): boolean {
  try {
    Y.decodeUpdate(update);
  } catch {
    return false;
  }
  const doc = new Y.Doc();
  Y.applyUpdate(doc, base);
  try {
    Y.applyUpdate(doc, update);
    return false;
  } catch {
    return true;
  }
}

/** Items that begin inside of what was collected and go on behind it: Yjs looks for a neighbour that is not there. */
function ontoCollected(): Poison[] {
  const places: Place[] = [
    ...['text', 'array', 'map', 'xml', 'unknown root'].map((parent) => ({ parent })),
    { parent: 'map', key: 'key' },
    { parent: [WRITER, 11] },
    { parent: [WRITER, 0] },
    { parent: [COLLECTED, 0] },
    { origin: [WRITER, 4] },
    { right: [WRITER, 4] },
    { origin: [WRITER, 1], right: [WRITER, 8] },
    { origin: [WRITER, 8], right: [WRITER, 1] },
    { origin: [COLLECTED, 0] },
  ];
  const found: Poison[] = [];
  for (const place of places) {
    for (let clock = 1; clock < COLLECTED_CLOCKS; clock++) {
      for (const [name, content] of longContents(clock)) {
        const update = itemUpdate(COLLECTED, clock, place, content);
        found.push({
          name: `${name} at ${clock} of what was collected, ${JSON.stringify(place)}`,
          update,
          kind: 'poisoned',
        });
      }
    }
  }
  return found;
}

function longContents(clock: number): [string, Content][] {
  const length = COLLECTED_CLOCKS - clock + 2;
  return [
    ['a text', text('é'.repeat(length))],
    ['values', { ref: 8, write: (encoder) => repeat(encoder, length, () => writeVarUint(encoder, 126)) }],
    ['JSON', { ref: 2, write: (encoder) => repeat(encoder, length, () => writeVarString(encoder, '{"a":1}')) }],
    ['deleted elements', { ref: 1, write: (encoder) => writeVarUint(encoder, length) }],
  ];
}

/** Items that refer to themselves, or to later ones of their own client. */
function beyondThemselves(): Poison[] {
  const found: Poison[] = [];
  for (const ahead of [0, 1, 5, 1000]) {
    for (const client of [3, 900, 2 ** 31]) {
      const places: Place[] = [{ origin: [client, ahead] }, { right: [client, ahead] }, { parent: [client, ahead] }];
      for (const place of places) {
        const update = itemUpdate(client, 0, place, text('self'));
        found.push({ name: `an item of client ${client}, ${JSON.stringify(place)}`, update, kind: 'poisoned' });
      }
    }
  }
  return found;
}

/** Poison in one update with what alone would be honest: nothing of it may stay. */
function besideHarmless(): Poison[] {
  return Array.from({ length: 24 }, (_, index) => {
    const honest = new Y.Doc();
    // Yjs integrates higher clients first: half of these are in before the update breaks.
    honest.clientID = index % 2 === 0 ? 10 : 1_000 + index;
    honest.getText('text').insert(0, `from poison ${index}`);
    const clock = 1 + (index % (COLLECTED_CLOCKS - 1));
    const poison = itemUpdate(COLLECTED, clock, { parent: 'text' }, text('y'.repeat(12)));
    const update = joined(Y.encodeStateAsUpdate(honest), poison, honest.clientID > COLLECTED);
    return { name: `poison beside a text of client ${honest.clientID}`, update, kind: 'poisoned' as const };
  });
}

/** Honest updates with flipped bits, cuts and strange pieces, as far as they break. */
function mutations(base: Uint8Array, count: number, seed: number): Poison[] {
  const found: Poison[] = [];
  const random = randomFrom(seed);
  const updates = [base, ...randomUpdates(seed)];
  const pick = () => updates[random(updates.length)] ?? base;
  for (let tries = 0; tries < MUTATIONS && found.length < count; tries++) {
    const update = damaged(pick(), pick(), random);
    if (!decodes(update)) found.push({ name: `damaged update ${tries}`, update, kind: 'damaged' });
    const poison = { name: `mutated update ${tries}`, update, kind: 'poisoned' as const };
    if (breaks(base, poison)) found.push(poison);
  }
  return found;
}

function decodes(update: Uint8Array): boolean {
  try {
    Y.decodeUpdate(update);
    return true;
  } catch {
    return false;
  }
}

interface Content {
  /** The number of the content in the format: yjs/src/structs/Item.js. */
  readonly ref: number;
  readonly write: (encoder: Encoder) => void;
}

function text(value: string): Content {
  return { ref: 4, write: (encoder) => writeVarString(encoder, value) };
}

function repeat(encoder: Encoder, times: number, write: () => void): void {
  writeVarUint(encoder, times);
  for (let left = times; left > 0; left--) write();
}

/** An update, encoding v1, of one item without deletes. */
function itemUpdate(client: number, clock: number, place: Place, content: Content): Uint8Array {
  const encoder = createEncoder();
  for (const each of [1, 1, client, clock]) writeVarUint(encoder, each);
  const { origin, right, parent, key } = place;
  const hasKey = key !== undefined;
  writeUint8(encoder, content.ref | (origin ? 0x80 : 0) | (right ? 0x40 : 0) | (hasKey ? 0x20 : 0));
  if (origin) writeId(encoder, origin);
  if (right) writeId(encoder, right);
  if (!origin && !right) writeParent(encoder, parent ?? 'text', key);
  content.write(encoder);
  writeVarUint(encoder, 0);
  return toUint8Array(encoder);
}

function writeParent(encoder: Encoder, parent: string | Id, key: string | undefined): void {
  writeVarUint(encoder, typeof parent === 'string' ? 1 : 0);
  if (typeof parent === 'string') writeVarString(encoder, parent);
  else writeId(encoder, parent);
  if (key !== undefined) writeVarString(encoder, key);
}

function writeId(encoder: Encoder, [client, clock]: Id): void {
  writeVarUint(encoder, client);
  writeVarUint(encoder, clock);
}

/** Two updates of one client each, without deletes, as one. */
function joined(first: Uint8Array, second: Uint8Array, firstIsHigher: boolean): Uint8Array {
  const [a, b] = firstIsHigher ? [first, second] : [second, first];
  return Uint8Array.of(2, ...a.subarray(1, -1), ...b.subarray(1, -1), 0);
}
