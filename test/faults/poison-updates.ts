import { createEncoder, type Encoder, toUint8Array, writeUint8, writeVarString, writeVarUint } from 'lib0/encoding';
import * as Y from 'yjs';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';
import { CollaborativeDocument } from '../../src/domain/entities/collaborative-document.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { damaged, randomFrom, randomUpdates } from '../codecs/random-updates.ts';

/** An update that must be refused, and how it is broken. */
export interface Poison {
  readonly name: string;
  readonly update: Uint8Array;
  /** `poisoned`: Yjs decodes it, and it must not be taken. `damaged`: Yjs does not decode it. */
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
const WRITER = 7;
/** Clocks 0 to 10 of the writer are a text; the next one is an entry of a map. */
const TEXT_CLOCKS = 11;
const MAP_ENTRY: Id = [WRITER, TEXT_CLOCKS];
/** Clients from here on have written nothing yet. */
const STRANGER = 60;
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
  const built = [...beyondThemselves(), ...besideHarmless(), ...misplaced()].filter((each) => breaks(base, each));
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
 * An update with a gap, which goes off when somebody else closes it: its item stands between an element of a text that nobody
 * has written yet, and an entry of a map.
 */
export function detonator(missing: Id, variant: number): Uint8Array {
  return itemUpdate(STRANGER + variant, 0, { origin: missing, right: MAP_ENTRY }, text('x'.repeat(20 + variant)));
}

function breaks(base: Uint8Array, { update }: Poison): boolean {
  try {
    Y.decodeUpdate(update);
  } catch {
    return false;
  }
  const document = CollaborativeDocument.restore(DocumentId.parse('d'), [base]);
  try {
    document.applyUpdate({ update, scan: scanUpdate(update) });
    return false;
  } catch {
    return true;
  }
}

/** Items between two that are not of one list, or not in this order. */
function misplaced(): Poison[] {
  const found: Poison[] = [];
  for (let clock = 0; clock < TEXT_CLOCKS; clock++) {
    const inText: Id = [WRITER, clock];
    const places: Place[] = [
      { origin: inText, right: MAP_ENTRY },
      { origin: MAP_ENTRY, right: inText },
      { origin: inText, right: inText },
      { origin: [WRITER, TEXT_CLOCKS - 1], right: inText },
      { origin: [COLLECTED, 1], right: inText },
    ];
    for (const place of places) {
      for (const [name, content] of contents()) {
        const update = itemUpdate(STRANGER, 0, place, content);
        found.push({ name: `${name} at ${JSON.stringify(place)}`, update, kind: 'poisoned' });
      }
    }
  }
  return found;
}

function contents(): [string, Content][] {
  return [
    ['a text', text('é'.repeat(4))],
    ['values', { ref: 8, write: (encoder) => repeat(encoder, 3, () => writeVarUint(encoder, 126)) }],
    ['JSON', { ref: 2, write: (encoder) => repeat(encoder, 3, () => writeVarString(encoder, '{"a":1}')) }],
    ['deleted elements', { ref: 1, write: (encoder) => writeVarUint(encoder, 3) }],
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
    const poison = itemUpdate(STRANGER, 0, { origin: [WRITER, 1], right: MAP_ENTRY }, text('y'.repeat(12)));
    const update = joined(Y.encodeStateAsUpdate(honest), poison, honest.clientID > STRANGER);
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
