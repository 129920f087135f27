import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { HAS_ORIGIN, HAS_RIGHT_ORIGIN } from '../../src/domain/codecs/scan-item.ts';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';
import { damaged, randomFrom } from '../codecs/random-updates.ts';

/** Updates that must not get into the document `base`. */
export interface Poison {
  /** `base`, in which one more client has written something; a full state. All poison is for this one. */
  readonly base: Uint8Array;
  /** What makes `base` of the document that was given: an honest update, to be applied first. */
  readonly bait: Uint8Array;
  /** Pass `scanUpdate`, and are refused once they are integrated; some have an honest part, too. */
  readonly accepted: readonly Uint8Array[];
  /** Throw in `Y.applyUpdate` too, but `scanUpdate` refuses them before. */
  readonly refused: readonly Uint8Array[];
}

const STRING = 4;
const ANY = 8;
const JSON_CONTENT = 2;

/** `count` different ones of each kind. The same seed makes the same poison. */
export function poisonFor(document: Uint8Array, count = 200, seed = 1): Poison {
  const random = randomFrom(seed);
  const client = unusedClient(document, random);
  const { bait, text, list } = baitOf(client, 2 + random(6));
  const base = merged(document, bait);
  const accepted = distinct(count, () => {
    const update = misplaced(client, text, list, random);
    return isAccepted(update) ? update : undefined;
  });
  const refused = distinct(count, () => {
    const update = damaged(base, bait, random);
    return !isAccepted(update) && throws(base, update) ? update : undefined;
  });
  return { base, bait, accepted, refused };
}

/** Whether Yjs throws when a document with the state `base` gets `update`. */
export function throws(base: Uint8Array, update: Uint8Array): boolean {
  const doc = restored(base);
  try {
    Y.applyUpdate(doc, update);
    return false;
  } catch {
    return true;
  }
}

interface Bait {
  readonly bait: Uint8Array;
  /** Clocks of an element of a text and of one of a list. */
  readonly text: number;
  readonly list: number;
}

/** What a client leaves behind that wrote a text of `length` into a map and deleted it, then a text and a list. */
function baitOf(client: number, length: number): Bait {
  const doc = new Y.Doc();
  doc.clientID = client;
  doc.getMap('bait').set('text', new Y.Text('x'.repeat(length)));
  doc.getMap('bait').delete('text');
  const text = Y.getState(doc.store, client);
  doc.getText('bait text').insert(0, 'x');
  doc.getArray('bait list').insert(0, [1]);
  return { bait: Y.encodeStateAsUpdate(doc), text, list: text + 1 };
}

/**
 * An item between an element of a text and one of a list. In front of it may stand an honest struct of another client, which
 * Yjs integrates before.
 */
function misplaced(client: number, text: number, list: number, random: (below: number) => number): Uint8Array {
  // Yjs integrates the clients of an update from the highest id to the lowest.
  const honest = random(2) === 0 ? undefined : client + 1_002 + random(1000);
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, honest === undefined ? 1 : 2);
    if (honest !== undefined) {
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarUint(encoder, honest);
      encoding.writeVarUint(encoder, 0);
      encoding.writeUint8(encoder, STRING);
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarString(encoder, `root${random(100)}`);
      writeContent(encoder, STRING, 1 + random(3), random);
    }
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, client + 1 + random(1_000));
    encoding.writeVarUint(encoder, 0);
    const content = [STRING, ANY, JSON_CONTENT][random(3)] ?? STRING;
    encoding.writeUint8(encoder, content | HAS_ORIGIN | HAS_RIGHT_ORIGIN);
    for (const clock of [text, list]) {
      encoding.writeVarUint(encoder, client);
      encoding.writeVarUint(encoder, clock);
    }
    writeContent(encoder, content, 1 + random(20), random);
    encoding.writeVarUint(encoder, 0);
  });
}

function writeContent(
  encoder: encoding.Encoder,
  content: number,
  length: number,
  random: (below: number) => number,
): void {
  if (content === STRING) {
    encoding.writeVarString(encoder, Array.from({ length }, () => String.fromCharCode(97 + random(26))).join(''));
    return;
  }
  encoding.writeVarUint(encoder, length);
  for (let left = length; left > 0; left--) {
    if (content === ANY) encoding.writeAny(encoder, random(1000));
    else encoding.writeVarString(encoder, JSON.stringify(random(1000)));
  }
}

function isAccepted(update: Uint8Array): boolean {
  try {
    scanUpdate(update);
    return true;
  } catch {
    return false;
  }
}

/** Higher than every client of the document, so that what stands in front of it can be higher still. */
function unusedClient(document: Uint8Array, random: (below: number) => number): number {
  const known = [...Y.decodeStateVector(Y.encodeStateVectorFromUpdate(document)).keys()];
  return known.reduce((most, client) => Math.max(most, client), 0) + 1 + random(1_000);
}

function merged(...updates: readonly Uint8Array[]): Uint8Array {
  return Y.encodeStateAsUpdate(restored(...updates));
}

function restored(...updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc;
}

function distinct(count: number, make: () => Uint8Array | undefined): readonly Uint8Array[] {
  const found = new Map<string, Uint8Array>();
  for (let tries = 0; found.size < count; tries++) {
    if (tries > 200 * count) throw new Error(`Only ${found.size} of ${count} poisoned updates were found.`);
    const update = make();
    if (update !== undefined) found.set(Buffer.from(update).toString('base64'), update);
  }
  return [...found.values()];
}
