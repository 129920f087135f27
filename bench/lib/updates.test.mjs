// `npm --prefix bench test`: the bench counts with its own reader and writes with its own writer; Yjs must agree.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Y from 'yjs';
import { FIRST_CLIENT, Progress, TEXT_NAME, typedCharacter } from './updates.mjs';

test('typed characters integrate in Yjs, each writer’s in order', () => {
  const document = new Y.Doc();
  for (let clock = 0; clock < 300; clock++)
    for (const writer of [0, 1]) Y.applyUpdate(document, typedCharacter(writer, clock));
  assert.equal(document.getText(TEXT_NAME).length, 600);
  assert.equal(Y.getState(document.store, FIRST_CLIENT + 1), 300);
  assert.equal(document.store.pendingStructs, null);
});

test('progress counts merged updates as what they hold', () => {
  const updates = [];
  for (let clock = 0; clock < 50; clock++) for (const writer of [0, 1]) updates.push(typedCharacter(writer, clock));
  const progress = new Progress(2);
  const advances = [];
  progress.onAdvance = (...advance) => advances.push(advance);
  progress.read(Y.mergeUpdates(updates), 0);
  assert.deepEqual([...progress.clocks], [50, 50]);
  assert.equal(progress.gaps, 0);
  assert.deepEqual(advances.sort(), [
    [0, 0, 50],
    [1, 0, 50],
  ]);
});

test('progress counts characters and deletions of real edits, and notices a lost update', () => {
  const document = new Y.Doc();
  document.clientID = FIRST_CLIENT;
  const updates = [];
  document.on('update', (update) => updates.push(update));
  const text = document.getText(TEXT_NAME);
  text.insert(0, 'añ€😀b');
  text.delete(1, 2);
  text.insert(2, 'x');
  const whole = new Progress(1);
  for (const update of updates) whole.read(update, 0);
  assert.equal(whole.clocks[0], Y.getState(document.store, FIRST_CLIENT));
  assert.equal(whole.deleted, 2);
  const state = new Progress(1);
  state.read(Y.encodeStateAsUpdate(document), 0);
  assert.equal(state.clocks[0], whole.clocks[0]);
  const lossy = new Progress(1);
  lossy.read(updates[0], 0);
  lossy.read(updates[2], 0);
  assert.equal(lossy.gaps, 0, 'a deletion takes no clock');
  lossy.read(typedCharacter(0, 100), 0);
  assert.equal(lossy.gaps, 1);
});
