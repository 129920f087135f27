import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Y from 'yjs';
import { generateLargeDocument, hashOf } from './large-document.mjs';
import { textOf } from './trace.mjs';
import { Progress } from './updates.mjs';

const document = generateLargeDocument(60_000, { keystrokes: 50, sentences: 5 });
const { pieces, state, stateVector, halfStateVector, clocks, keystrokes, sentences, textHash } = document;

test('it is the same each time', () => {
  assert.deepEqual(generateLargeDocument(60_000, { keystrokes: 50, sentences: 5 }), document);
});

test('its pieces and its state hold the same text, with deletions', () => {
  assert.ok(state.length >= 60_000);
  assert.equal(hashOf(textOf(pieces)), textHash);
  assert.equal(hashOf(textOf([state])), textHash);
  const progress = new Progress(clocks.length);
  progress.read(state, 0);
  assert.deepEqual([...progress.clocks], clocks);
  assert.equal(progress.gaps, 0);
  assert.ok(progress.deleted > 0);
});

test('who has half of its authors lacks the others, who has all lacks nothing', () => {
  const lacking = (vector) => Y.parseUpdateMeta(Y.diffUpdate(state, vector)).to.size;
  const written = clocks.filter((clock) => clock > 0).length;
  assert.equal(lacking(stateVector), 0);
  assert.ok(lacking(halfStateVector) > 0 && lacking(halfStateVector) < written);
});

test('what comes later fits on it', () => {
  const later = new Y.Doc();
  for (const update of [state, ...keystrokes, ...sentences]) Y.applyUpdate(later, update);
  assert.equal(later.store.pendingStructs, null);
  assert.equal(keystrokes.length, 50);
  assert.equal(sentences.length, 5);
});
