import { expect, it } from 'vitest';
import type { UpdateLog } from '../../src/domain/repositories/update-log.ts';
import { bytes, id, record, texts, utf8 } from './log-records.ts';

/** LOG5 and LOG11. */
export function compacting(log: () => UpdateLog): void {
  it('[LOG5] a snapshot takes the place of the records it holds; those behind it stay', async () => {
    await log().append([
      record('a', 1, ['one', 'two'], 10),
      record('a', 3, ['three'], 20),
      record('a', 4, ['four'], 30),
    ]);
    await log().compact(id('a'), { update: utf8('1-3'), sequence: 3 });
    expect(await log().load(id('a'))).toEqual({
      snapshot: { update: utf8('1-3'), sequence: 3 },
      tail: bytes('four'),
      sequence: 4,
      lastModified: 30,
    });
  });

  it('[LOG5] a document that is all snapshot keeps its sequence number and time, and grows on', async () => {
    await log().append([record('a', 1, ['one'], 10), record('a', 2, ['two'], 20)]);
    await log().compact(id('a'), { update: utf8('1-2'), sequence: 2 });
    const snapshot = { update: utf8('1-2'), sequence: 2 };
    expect(await log().load(id('a'))).toEqual({ snapshot, tail: [], sequence: 2, lastModified: 20 });
    await log().append([record('a', 3, ['three'], 30)]);
    expect(await log().load(id('a'))).toEqual({ snapshot, tail: bytes('three'), sequence: 3, lastModified: 30 });
  });

  it('[LOG5] a newer snapshot replaces the older one; an older or equal one changes nothing', async () => {
    await log().append([1, 2, 3].map((sequence) => record('a', sequence, [`u${sequence}`], sequence)));
    await log().compact(id('a'), { update: utf8('1'), sequence: 1 });
    await log().compact(id('a'), { update: utf8('1-2'), sequence: 2 });
    const before = await log().load(id('a'));
    await log().compact(id('a'), { update: utf8('old'), sequence: 1 });
    await log().compact(id('a'), { update: utf8('again'), sequence: 2 });
    expect(await log().load(id('a'))).toEqual(before);
    expect(before?.snapshot?.update).toEqual(utf8('1-2'));
  });

  it('[LOG11] a snapshot at whose sequence number no record ends is refused', async () => {
    await log().append([record('a', 1, ['one', 'two'])]);
    await expect(log().compact(id('a'), { update: utf8('x'), sequence: 1 })).rejects.toThrow(RangeError);
    await expect(log().compact(id('a'), { update: utf8('x'), sequence: 3 })).rejects.toThrow(RangeError);
    expect(texts((await log().load(id('a')))?.tail)).toEqual(['one', 'two']);
  });

  it('[LOG11] a compaction that ends after a deletion does not bring the document back', async () => {
    await log().append([record('a', 1, ['one'])]);
    const deleted = log().delete(id('a'));
    const compacted = log().compact(id('a'), { update: utf8('1'), sequence: 1 });
    await Promise.all([deleted, expect(compacted).rejects.toThrow(RangeError)]);
    expect(await log().load(id('a'))).toBeUndefined();
  });

  it('[LOG5] records appended while a compaction runs stay', async () => {
    await log().append([record('a', 1, ['u1'])]);
    const calls: Promise<void>[] = [];
    for (let sequence = 2; sequence <= 60; sequence++) {
      calls.push(log().append([record('a', sequence, [`u${sequence}`], sequence), record('b', sequence - 1, ['b'])]));
      if (sequence % 7 === 0) calls.push(log().compact(id('a'), { update: utf8(`1-${sequence}`), sequence }));
    }
    await Promise.all(calls);
    const stored = await log().load(id('a'));
    expect(stored?.snapshot).toEqual({ update: utf8('1-56'), sequence: 56 });
    expect(texts(stored?.tail)).toEqual(['u57', 'u58', 'u59', 'u60']);
    expect(await log().load(id('b'))).toMatchObject({ sequence: 59 });
  });

  it('[LOG3] a load beside writes sees a moment between them', async () => {
    await log().append([record('a', 1, ['u1'])]);
    const writes: Promise<void>[] = [];
    const sequences: (number | undefined)[] = [];
    for (let sequence = 2; sequence <= 40; sequence++) {
      writes.push(log().append([record('a', sequence, [`u${sequence}`])]));
      writes.push(log().compact(id('a'), { update: utf8('s'), sequence }));
      sequences.push((await log().load(id('a')))?.sequence);
    }
    await Promise.all(writes);
    expect(sequences).not.toContain(undefined);
    expect(sequences).toEqual([...sequences].sort((a, b) => Number(a) - Number(b)));
  });
}
