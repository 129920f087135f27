import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import * as Y from 'yjs';
import { readParts, writeParts } from './update-file.mjs';
import { FIRST_CLIENT, TEXT_NAME } from './updates.mjs';

const SOURCE = fileURLToPath(new URL('../data/automerge-paper.json.gz', import.meta.url));
const CACHE = fileURLToPath(new URL('../.cache/', import.meta.url));
const CACHED = `${CACHE}automerge-paper.v1.updates`;

/**
 * The B4 editing trace as Yjs updates (encoding v1), one for each of its 259,778 edits, each edit one character typed
 * or deleted.
 * @typedef {{ updates: Uint8Array[], finalState: Uint8Array, text: string }} Trace
 */

/** @returns {Trace} from the cache, which the first call fills (some ten seconds) */
export function loadTrace() {
  const { startContent, endContent, txns } = JSON.parse(gunzipSync(readFileSync(SOURCE)).toString());
  if (!existsSync(CACHED)) generate(startContent, txns, endContent);
  const updates = readParts(CACHED);
  const finalState = /** @type {Uint8Array} */ (updates.pop());
  return { updates, finalState, text: endContent };
}

/** Fills the cache. */
export const prepareTrace = () => void loadTrace();

/**
 * @param {string} startContent
 * @param {Array<{ patches: Array<[number, number, string]> }>} transactions
 * @param {string} endContent
 */
function generate(startContent, transactions, endContent) {
  if (startContent !== '') throw new Error('the trace is expected to start from nothing');
  const document = new Y.Doc();
  document.clientID = FIRST_CLIENT;
  const text = document.getText(TEXT_NAME);
  /** @type {Uint8Array[]} */
  const parts = [];
  const keep = (update) => parts.push(update);
  document.on('update', keep);
  for (const { patches } of transactions) {
    document.transact(() => {
      for (const [index, deleted, inserted] of patches) {
        if (deleted > 0) text.delete(index, deleted);
        if (inserted !== '') text.insert(index, inserted);
      }
    });
  }
  if (text.toString() !== endContent) throw new Error('the trace does not end as it should');
  document.off('update', keep);
  keep(Y.encodeStateAsUpdate(document));
  mkdirSync(CACHE, { recursive: true });
  writeParts(CACHED, parts);
}

/**
 * @param {Uint8Array[]} updates
 * @returns {string} the text that a new client would see
 */
export function textOf(updates) {
  const document = new Y.Doc();
  for (const update of updates) Y.applyUpdate(document, update);
  const text = document.getText(TEXT_NAME).toString();
  document.destroy();
  return text;
}
