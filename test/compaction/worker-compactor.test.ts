import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { WorkerCompactor } from '../../src/infrastructure/compaction/worker-compactor.ts';
import { type CompiledSources, compileSources } from '../support/compiled-sources.ts';

let compiled: CompiledSources;
let compactor: WorkerCompactor;

beforeAll(() => {
  compiled = compileSources('infrastructure/compaction', 'infrastructure/shared');
});
afterAll(() => compiled.remove());
beforeEach(() => {
  compactor = new WorkerCompactor(compiled.url('infrastructure/compaction/compaction-worker'));
});
afterEach(() => compactor.close());

describe('WorkerCompactor', () => {
  it('[LOG13] the merged update holds what the updates hold', async () => {
    const { doc, updates } = edited(200);
    const merged = await compactor.merge(updates);
    expect(textOf(merged)).toBe(doc.getText('t').toString());
    expect(Y.encodeStateVectorFromUpdate(merged)).toEqual(Y.encodeStateVector(doc));
  });

  it('[LOG13] deleted content is collected: the result is smaller than a merge of bytes', async () => {
    const doc = new Y.Doc({ gc: false });
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    for (let round = 0; round < 50; round++) doc.getText('t').insert(0, 'x'.repeat(1000));
    doc.getText('t').delete(0, 49_999);
    const merged = await compactor.merge(updates);
    expect(textOf(merged)).toBe('x');
    expect(merged.length).toBeLessThan(Y.mergeUpdates(updates).length / 20);
  });

  it('[LOG13] the byte arrays stay the caller’s, views of a shared buffer too', async () => {
    const { doc, updates } = edited(20);
    const joined = new Uint8Array(updates.reduce((sum, { length }) => sum + length, 0));
    let start = 0;
    const views = updates.map((update) => {
      joined.set(update, start);
      start += update.length;
      return joined.subarray(start - update.length, start);
    });
    const before = joined.slice();
    const merged = await compactor.merge(views);
    expect(joined).toEqual(before);
    expect(textOf(merged)).toBe(doc.getText('t').toString());
    expect(merged.buffer.byteLength).toBe(merged.length);
  });

  it('[LOG13] nothing merges to the empty document', async () => {
    expect(await compactor.merge([])).toEqual(Y.encodeStateAsUpdate(new Y.Doc()));
  });

  it('[ROOM17] answers what a state vector lacks of updates that were never integrated here', async () => {
    const { doc, updates } = edited(30);
    const known = new Y.Doc();
    for (const update of updates.slice(0, 10)) Y.applyUpdate(known, update);
    const vector = Y.encodeStateVector(known);
    for (const stored of [updates, [Y.encodeStateAsUpdate(doc)]]) {
      const answer = await compactor.diff(stored, vector);
      expect(answer.byteLength).toBeLessThan(Y.encodeStateAsUpdate(doc).byteLength);
      const client = new Y.Doc();
      Y.applyUpdate(client, Y.encodeStateAsUpdate(known));
      Y.applyUpdate(client, answer);
      expect(client.getText('t').toString()).toBe(doc.getText('t').toString());
    }
    await expect(compactor.diff(updates, Uint8Array.of(5))).rejects.toThrow(/do not integrate/);
  });

  it('[LOG13] updates that miss one between them, or are none, reject; the next merge works', async () => {
    const { doc, updates } = edited(3);
    await expect(compactor.merge(updates.slice(1))).rejects.toThrow(/do not integrate/);
    await expect(compactor.merge([Uint8Array.of(1, 2, 3)])).rejects.toThrow(/do not integrate/);
    expect(textOf(await compactor.merge(updates))).toBe(doc.getText('t').toString());
  });

  it('[LOG13] merges asked for at once each get their own result', async () => {
    const documents = Array.from({ length: 20 }, (_, index) => edited(index + 1));
    const merged = await Promise.all(documents.map(({ updates }) => compactor.merge(updates)));
    expect(merged.map(textOf)).toEqual(documents.map(({ doc }) => doc.getText('t').toString()));
  });

  it('[DOC24] a diff has what a state vector lacks, and every delete', async () => {
    for (const seed of [1, 2, 3]) {
      const { updates, half, whole } = halfway(seed);
      const diff = await compactor.diff(updates, Y.encodeStateVector(half));
      Y.applyUpdate(half, diff);
      expect(half.store.pendingStructs).toBeNull();
      expect(Y.encodeStateAsUpdate(half)).toEqual(Y.encodeStateAsUpdate(whole));
      expect(diff.length).toBeLessThan(Y.encodeStateAsUpdate(whole).length);
    }
  });

  it('[DOC24] to somebody who has every struct, a diff is the deletes; of nothing it is nothing', async () => {
    const doc = new Y.Doc();
    doc.getText('t').insert(0, 'hello');
    doc.getText('t').delete(1, 2);
    const diff = await compactor.diff([Y.encodeStateAsUpdate(doc)], Y.encodeStateVector(doc));
    expect(Y.decodeUpdate(diff).structs).toEqual([]);
    expect([...Y.decodeUpdate(diff).ds.clients]).toEqual([[doc.clientID, [{ clock: 1, len: 2 }]]]);
    expect(await compactor.diff([], Uint8Array.of(0))).toEqual(Uint8Array.of(0, 0));
  });

  it('[DOC24] a diff leaves the byte arrays to the caller; bytes that do not decode reject', async () => {
    const { doc, updates } = edited(5);
    const stateVector = Y.encodeStateVectorFromUpdate(updates[0]!);
    const before = [...updates, stateVector].map((bytes) => bytes.slice());
    await compactor.diff(updates, stateVector);
    expect([...updates, stateVector]).toEqual(before);
    await expect(compactor.diff([Uint8Array.of(1, 2, 3)], stateVector)).rejects.toThrow();
    await expect(compactor.diff(updates, Uint8Array.of(9))).rejects.toThrow();
    expect(textOf(await compactor.diff(updates, Uint8Array.of(0)))).toBe(doc.getText('t').toString());
  });

  it('[LOG13] large updates are copied with pauses', async () => {
    const doc = new Y.Doc();
    doc.getText('t').insert(0, 'x'.repeat(9_000_000));
    const update = Y.encodeStateAsUpdate(doc);
    let turns = 0;
    const counting = setInterval(() => turns++, 0);
    const merged = await compactor.merge([update, update.slice()]);
    clearInterval(counting);
    expect(Buffer.compare(merged, update)).toBe(0);
    expect(turns).toBeGreaterThan(1);
  });

  it('[LOG13] a thread that dies rejects its merge; the next ones get a new thread', async () => {
    const dying = new WorkerCompactor(new URL(`data:text/javascript,${encodeURIComponent(DIES_ONCE)}`));
    await expect(dying.merge([Uint8Array.of(1)])).rejects.toThrow(/thread/);
    await expect(dying.merge([Uint8Array.of(1)])).rejects.toThrow(/thread/);
    expect(await dying.merge([Uint8Array.of(2)])).toEqual(Uint8Array.of(42));
    await dying.close();
  });

  it('[LOG13] a thread that cannot start rejects the merge', async () => {
    const broken = new WorkerCompactor(new URL('file:///does/not/exist.js'));
    await expect(broken.merge([])).rejects.toThrow(/thread/);
    await expect(broken.merge([])).rejects.toThrow(/thread/);
    await broken.close();
  });

  it('[LOG13] close rejects what is under way and what waits, and every merge after it', async () => {
    const stuck = new WorkerCompactor(new URL('data:text/javascript,setInterval(() => {}, 1000)'));
    const merges = [stuck.merge([]), stuck.merge([])].map((merge) => expect(merge).rejects.toThrow());
    // The first one has to be in the thread: it is sent in a later microtask.
    await Promise.resolve().then(() => undefined);
    await stuck.close();
    await Promise.all(merges);
    await expect(stuck.merge([])).rejects.toThrow(/closed/);
    await stuck.close();
  });
});

/** Exits or throws for an update that starts with 1, and answers any other. */
const DIES_ONCE = `
import { parentPort } from 'node:worker_threads';
parentPort.on('message', ({ bytes }) => {
  if (bytes[0] === 1) process.exit(3);
  parentPort.postMessage({ kind: 'done', update: Uint8Array.of(42) });
});`;

function edited(edits: number): { doc: Y.Doc; updates: Uint8Array[] } {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (let edit = 0; edit < edits; edit++) doc.getText('t').insert(edit >> 1, `<${edit}>`);
  return { doc, updates };
}

/** A document, the updates that it is stored in, and somebody who has a part of it. */
function halfway(seed: number): { whole: Y.Doc; half: Y.Doc; updates: Uint8Array[] } {
  const [whole, half] = [new Y.Doc(), new Y.Doc()];
  const updates: Uint8Array[] = [];
  const text = whole.getText('t');
  for (let edit = 0; edit < 40; edit++) {
    whole.clientID = 1 + (edit % 3);
    if (edit % 5 === seed) text.delete(0, 4);
    else text.insert((edit * seed) % (text.length + 1), `<${edit}>`);
    if (edit === 20) {
      updates.push(Y.encodeStateAsUpdate(whole));
      Y.applyUpdate(half, updates[0]!);
      whole.on('update', (update: Uint8Array) => updates.push(update));
    }
  }
  return { whole, half, updates };
}

function textOf(update: Uint8Array): string {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  return doc.getText('t').toString();
}
