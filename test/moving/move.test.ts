import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { logArchive } from '../../src/application/moving/log-archive.ts';
import { move } from '../../src/application/moving/move.ts';
import { storeSource } from '../../src/application/moving/store-source.ts';
import type { DocumentSource } from '../../src/application/ports/document-source.ts';
import type { UpdateLog } from '../../src/domain/repositories/update-log.ts';
import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';
import { id, record } from '../contracts/log-records.ts';
import { SabotagedLog } from '../contracts/saboteur.ts';
import { insertion, insertions, textOf } from '../support/updates.ts';
import { history, RecordedProgress, sourceOf, stored } from './support/moving-scene.ts';

const now = () => 1_000;

function moved(source: DocumentSource, log: UpdateLog, progress = new RecordedProgress()) {
  return move(source, logArchive(log), progress, now);
}

describe('moving documents', () => {
  it('[MOVE1] everything of a document arrives, deleted content and its time too', async () => {
    const log = new MemoryUpdateLog();
    const tally = await moved(sourceOf({ 'a/b': history('hello') }), log);
    expect(tally.count('written')).toBe(1);
    const [update = new Uint8Array(0)] = await stored(log, 'a/b');
    expect(textOf(update)).toBe('hello');
    expect((await log.load(id('a/b')))?.lastModified).toBe(7);
    const texts = Y.decodeUpdate(update).structs.flatMap((struct) =>
      struct instanceof Y.Item && struct.content instanceof Y.ContentString ? [struct.content.str] : [],
    );
    expect(texts).toEqual(['x', 'hello']);
  });

  it('[MOVE2] what is there already is passed over, and a document with other content gets the rest', async () => {
    const log = new MemoryUpdateLog();
    await log.append([{ documentId: id('b'), firstSequence: 1, updates: [insertion('own')], timestamp: 5 }]);
    const source = { a: history('a'), b: insertions('one', 'two') };
    const first = await moved(sourceOf(source), log);
    expect([first.count('written'), first.count('merged')]).toEqual([1, 1]);
    const both = textOf(...(await stored(log, 'b')));
    expect([both.includes('own'), both.includes('onetwo')]).toEqual([true, true]);
    const again = await moved(sourceOf(source), log);
    expect([again.count('there'), again.faultCount]).toEqual([2, 0]);
    expect((await log.load(id('b')))?.sequence).toBe(2);
  });

  it('[MOVE2] what was only deleted in the source is deleted in the target', async () => {
    const log = new MemoryUpdateLog();
    const updates = history('hello');
    await moved(sourceOf({ a: updates.slice(0, 2) }), log);
    expect(textOf(...(await stored(log, 'a')))).toBe('xhello');
    const tally = await moved(sourceOf({ a: updates }), log);
    expect(tally.count('merged')).toBe(1);
    expect(textOf(...(await stored(log, 'a')))).toBe('hello');
  });

  it('[MOVE3] a run that was cut off goes on with the next, and loses nothing', async () => {
    const documents = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`d${at}`, history(`text ${at}`)]));
    const store = new MemoryUpdateLog();
    const run = async () => {
      try {
        await moved(sourceOf(documents), new SabotagedLog(store, [{ method: 'append', nth: 2 }]));
        return 'done';
      } catch {
        return 'cut off';
      }
    };
    let runs = 1;
    while ((await run()) === 'cut off') runs++;
    expect(runs).toBeGreaterThan(1);
    for (const name of Object.keys(documents)) {
      expect(textOf(...(await stored(store, name)))).toBe(`text ${name.slice(1)}`);
    }
  });

  it('[MOVE4] a bad document does not end the run; it is told at once and listed, and nothing of it is written', async () => {
    const log = new MemoryUpdateLog();
    await log.append([record('damaged', 1, ['x']), record('damaged', 3, ['x'])]);
    const progress = new RecordedProgress();
    const source = {
      unreadable: new Error('the disk is broken'),
      garbage: [new Uint8Array([1, 2, 3])],
      'no\nid': history('x'),
      ' spaced': history('x'),
      ['long'.repeat(65)]: history('x'),
      damaged: history('x'),
      good: history('good'),
    };
    const tally = await moved(sourceOf(source), log, progress);
    expect([tally.count('failed'), tally.count('written'), progress.done, progress.total]).toEqual([6, 1, 7, 7]);
    expect(tally.faults).toEqual(progress.faults);
    const why = Object.fromEntries(tally.faults.map((fault) => [fault.name, fault.why]));
    expect(why.unreadable).toBe('the disk is broken');
    expect(why.garbage).toBeTruthy();
    expect(why['no\nid']).toMatch(/control characters/);
    expect(why[' spaced']).toMatch(/white space/);
    expect(why['long'.repeat(65)]).toMatch(/256 characters|260 characters/);
    expect(why.damaged).toMatch(/damaged .*should follow.*repair it first/);
    expect((await log.list(undefined, 10)).map(({ value }) => value)).toEqual(['damaged', 'good']);
  });

  it('[MOVE4] of a document with a gap all that holds together is moved, and it is said', async () => {
    const log = new MemoryUpdateLog();
    const [one = new Uint8Array(0), , three = new Uint8Array(0)] = insertions('one', 'two', 'three');
    const tally = await moved(sourceOf({ a: [one, three] }), log);
    expect([tally.count('written'), tally.count('incomplete')]).toEqual([1, 1]);
    expect(tally.faults[0]?.why).toMatch(/need others/);
    expect(textOf(...(await stored(log, 'a')))).toBe('one');
  });

  it('[MOVE5] what is read back differs: it is a fault of that document', async () => {
    const store = new MemoryUpdateLog();
    const forgetful: UpdateLog = {
      append: () => Promise.resolve(),
      load: (documentId) => store.load(documentId),
      compact: () => Promise.resolve(),
      delete: () => Promise.resolve(),
      list: () => Promise.resolve([]),
      close: () => Promise.resolve(),
    };
    const tally = await moved(sourceOf({ a: history('a') }), forgetful);
    expect(tally.faults[0]?.why).toMatch(/not what was written/);
  });

  it('[MOVE6] a source and a target that fail as a whole end the run', async () => {
    const broken: DocumentSource = {
      ...sourceOf({}),
      documents: async function* () {
        yield* sourceOf({ a: history('a') }).documents();
        throw new Error('cut off');
      },
    };
    await expect(moved(broken, new MemoryUpdateLog())).rejects.toThrow('cut off');
    const log = new SabotagedLog(new MemoryUpdateLog(), [{ method: 'append', nth: 1 }]);
    await expect(moved(sourceOf({ a: history('a') }), log)).rejects.toThrow('append was sabotaged');
  });

  it('[MOVE7] a store is copied a page at a time; the readable part of a damaged document on demand', async () => {
    const from = new MemoryUpdateLog();
    const names = Array.from({ length: 1_200 }, (_, at) => `d${at}`);
    await from.append(names.map((name) => ({ ...record(name, 1, []), updates: history(name) })));
    const [one = new Uint8Array(0), two = new Uint8Array(0)] = insertions('one', 'two');
    await from.append([
      { ...record('bad', 1, []), updates: [one] },
      { ...record('bad', 3, []), updates: [two] },
    ]);
    const [to, part] = [new MemoryUpdateLog(), new MemoryUpdateLog()];
    const tally = await moved(storeSource(from, 'nothing'), to);
    expect([tally.count('written'), tally.count('failed')]).toEqual([1_200, 1]);
    expect(tally.faults).toMatchObject([{ name: 'bad', why: expect.stringContaining('damaged: update 2 should') }]);
    expect(textOf(...(await stored(to, 'd1199')))).toBe('d1199');
    const second = await moved(storeSource(from, 'readable part'), part);
    expect([second.count('written'), second.count('incomplete')]).toEqual([1_201, 1]);
    expect(textOf(...(await stored(part, 'bad')))).toBe('one');
  });
});
