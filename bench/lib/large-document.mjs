import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as Y from 'yjs';
import { randomNumbers } from './random.mjs';
import { readParts, writeParts } from './update-file.mjs';
import { FIRST_CLIENT, TEXT_NAME } from './updates.mjs';

export const LARGE_BYTES = 20_000_000;
const KEYSTROKES = 1000;
const SENTENCES = 5000;

const AUTHORS = 40;
const AT_ONCE = 3;
const BURSTS_A_PIECE = 1500;
const VERSION = 1;
const WORDS =
  'the of and to in is that for it as was with be by on not he this are or his from at which but have an had they you were their one all we can naïve façade 文档 协作 Größe'.split(
    ' ',
  );

/**
 * A document as long use leaves it: words typed by many authors, three at a time, here and there, some taken back at
 * once, now and then a passage removed. One Yjs item holds one or two words, and between them lie deleted ones.
 * @typedef {object} LargeDocument
 * @property {Uint8Array[]} pieces the updates it grew by, in order, of some 27 KB each
 * @property {Uint8Array} state all of it in one update
 * @property {Uint8Array[]} keystrokes what one more author then does: a character typed or deleted an update
 * @property {Uint8Array[]} sentences and then: a sentence an update, all of them a tenth of the document, so that folding
 *   them into it is worth a server's while
 * @property {Uint8Array} stateVector of a client that has all of it
 * @property {Uint8Array} halfStateVector of a client that has all of every other author, and nothing of the rest
 * @property {number[]} clocks of each author, in `state`; the later author is the one after the last
 * @property {string} textHash SHA-256 of its text
 */

/**
 * @param {number} [bytes] of `state`, at least
 * @returns {LargeDocument} from the system's folder for temporary files, which the first call fills (three quarters of a minute)
 */
export function loadLargeDocument(bytes = LARGE_BYTES) {
  const file = join(tmpdir(), `collaboration-bench-document-v${VERSION}-${bytes}.updates`);
  if (!existsSync(file)) writeParts(file, partsOf(generateLargeDocument(bytes)));
  const [about, stateVector, halfStateVector, state, ...rest] = readParts(file);
  const { clocks, textHash, pieces, keystrokes } = JSON.parse(Buffer.from(about).toString());
  return {
    pieces: rest.slice(0, pieces),
    keystrokes: rest.slice(pieces, pieces + keystrokes),
    sentences: rest.slice(pieces + keystrokes),
    state,
    stateVector,
    halfStateVector,
    clocks,
    textHash,
  };
}

/** Fills the cache. */
export const prepareLargeDocument = () => void loadLargeDocument();

/** @param {LargeDocument} document */
function partsOf({ pieces, keystrokes, sentences, state, stateVector, halfStateVector, clocks, textHash }) {
  const about = { clocks, textHash, pieces: pieces.length, keystrokes: keystrokes.length };
  const head = [Buffer.from(JSON.stringify(about)), stateVector, halfStateVector, state];
  return [...head, ...pieces, ...keystrokes, ...sentences];
}

/**
 * @param {number} bytes
 * @param {{ keystrokes?: number, sentences?: number }} [later]
 * @returns {LargeDocument} the same bytes for the same arguments
 */
export function generateLargeDocument(bytes, { keystrokes = KEYSTROKES, sentences = SENTENCES } = {}) {
  const document = new Y.Doc();
  const text = document.getText(TEXT_NAME);
  const random = randomNumbers(20);
  const cursors = new Array(AUTHORS + 1).fill(0);
  /** @type {Uint8Array[]} */
  let updates = [];
  let written = 0;
  document.on('update', (update) => {
    updates.push(update);
    written += update.length;
  });
  const taken = () => {
    const all = updates;
    updates = [];
    return all;
  };
  for (let piece = 0; ; piece++) {
    document.transact(() => {
      for (let i = 0; i < BURSTS_A_PIECE; i++) {
        // Authors come and go by turns: 0, 1, 2, then 1, 2, 3, …
        const author = (piece + random.between(0, AT_ONCE - 1)) % AUTHORS;
        document.clientID = FIRST_CLIENT + author;
        cursors[author] = burst(text, cursors[author], random);
      }
    });
    // Encoding all of it takes long: only when it may be enough. Merged, it is a tenth more than its pieces.
    if (written >= bytes * 0.88 && Y.encodeStateAsUpdate(document).length >= bytes) break;
  }
  const pieces = taken();
  const state = Y.encodeStateAsUpdate(document);
  const stateVector = Y.encodeStateVector(document);
  const clocks = Array.from({ length: AUTHORS }, (_, i) => Y.getState(document.store, FIRST_CLIENT + i));
  const half = new Map(clocks.map((clock, i) => [FIRST_CLIENT + i, i % 2 === 0 ? clock : 0]));
  const textHash = hashOf(text.toString());
  document.clientID = FIRST_CLIENT + AUTHORS;
  let cursor = text.length >> 1;
  for (let i = 0; i < keystrokes; i++) cursor = keystroke(text, cursor, random);
  const typed = taken();
  for (let i = 0; i < sentences; i++) cursor = sentence(text, cursor, random);
  document.destroy();
  const vectors = { stateVector, halfStateVector: encodeVector(half) };
  return { pieces, keystrokes: typed, sentences: updates, state, ...vectors, clocks, textHash };
}

/** One go of one author. Returns where the caret is then. */
function burst(text, caret, random) {
  let at = Math.min(caret, text.length);
  if (random.chance(0.12)) at = Math.max(0, Math.min(text.length, at + random.between(-2000, 2000)));
  if (random.chance(0.01)) at = random.between(0, text.length);
  if (random.chance(0.15)) {
    const taken = Math.min(at, random.chance(0.04) ? random.between(40, 200) : random.between(1, 8));
    if (taken > 0) text.delete(at - taken, taken);
    at -= taken;
  }
  const typed = `${random.oneOf(WORDS)} `;
  text.insert(at, typed);
  return at + typed.length;
}

/** One update: a character typed or taken back; sometimes elsewhere. */
function keystroke(text, caret, random) {
  const at = random.chance(0.02) ? random.between(1, text.length) : caret;
  if (random.chance(0.1) && at > 0) {
    text.delete(at - 1, 1);
    return at - 1;
  }
  text.insert(at, String.fromCharCode(random.between(97, 122)));
  return at + 1;
}

function sentence(text, caret, random) {
  const words = Array.from({ length: random.between(80, 120) }, () => random.oneOf(WORDS));
  const at = random.chance(0.1) ? random.between(0, text.length) : caret;
  text.insert(at, `${words.join(' ')}. `);
  return at;
}

/** @param {Map<number, number>} clocks */
function encodeVector(clocks) {
  return Y.encodeStateVector(new Map([...clocks].filter(([, clock]) => clock > 0)));
}

/** @param {string} text @returns {string} */
export const hashOf = (text) => createHash('sha256').update(text).digest('hex');
