import { expect, it } from 'vitest';
import type { UpdateLog } from '../../src/domain/repositories/update-log.ts';
import { bytes, id, pattern, record, texts, utf8 } from './log-records.ts';

/** LOG1 to LOG4. */
export function appending(log: () => UpdateLog): void {
  it('[LOG3] a document that was never written is not there', async () => {
    expect(await log().load(id('nothing'))).toBeUndefined();
  });

  it('[LOG1] [LOG3] what was appended is loaded in order, with its sequence number and time', async () => {
    await log().append([record('a', 1, ['one', 'two'], 1000)]);
    await log().append([record('a', 3, ['three'], 2000)]);
    expect(await log().load(id('a'))).toEqual({
      snapshot: undefined,
      tail: bytes('one', 'two', 'three'),
      sequence: 3,
      lastModified: 2000,
    });
  });

  it('[LOG2] one call writes the records of many documents', async () => {
    await log().append(['a', 'b', 'c'].map((name) => record(name, 1, [`of ${name}`])));
    for (const name of ['a', 'b', 'c']) expect(texts((await log().load(id(name)))?.tail)).toEqual([`of ${name}`]);
  });

  it('[LOG2] a call with one record that cannot be stored writes none of them', async () => {
    const wrong = [
      record('b', 1, []),
      record('b', 0, ['x']),
      record('b', 1.5, ['x']),
      record('b', 1, ['x'], Number.NaN),
    ];
    for (const bad of wrong) {
      await expect(log().append([record('a', 1, ['x']), bad])).rejects.toThrow(RangeError);
    }
    expect(await log().load(id('a'))).toBeUndefined();
    expect(await log().list(undefined, 10)).toEqual([]);
  });

  it('[LOG2] a call without records resolves', async () => {
    await log().append([]);
    expect(await log().list(undefined, 10)).toEqual([]);
  });

  it('[LOG4] an append that is repeated changes nothing', async () => {
    const records = [record('a', 1, ['one', 'two']), record('b', 1, ['one'])];
    await log().append(records);
    const before = await log().load(id('a'));
    await log().append(records);
    expect(await log().load(id('a'))).toEqual(before);
  });

  it('[LOG4] a record that is repeated with more updates behind it replaces the shorter one', async () => {
    await log().append([record('a', 1, ['one'])]);
    await log().append([record('a', 1, ['one', 'two'])]);
    expect(texts((await log().load(id('a')))?.tail)).toEqual(['one', 'two']);
  });

  it('[LOG4] an append that is repeated after a compaction changes nothing', async () => {
    const records = [record('a', 1, ['one']), record('a', 2, ['two'])];
    await log().append([...records, record('a', 3, ['three'])]);
    await log().compact(id('a'), { update: utf8('one two'), sequence: 2 });
    const before = await log().load(id('a'));
    await log().append(records);
    expect(await log().load(id('a'))).toEqual(before);
  });

  it('[LOG2] the bytes are as they were when append was called', async () => {
    const update = utf8('before');
    const appended = log().append([{ ...record('a', 1, []), updates: [update] }]);
    update.fill(0);
    await appended;
    expect(texts((await log().load(id('a')))?.tail)).toEqual(['before']);
  });

  it('[LOG3] a view of a larger buffer is stored as the view, and an empty update as itself', async () => {
    const view = utf8('xxinsidexx').subarray(2, 8);
    await log().append([{ ...record('a', 1, []), updates: [view, new Uint8Array(0)] }]);
    expect(texts((await log().load(id('a')))?.tail)).toEqual(['inside', '']);
  });

  it('[LOG3] what was loaded does not change with later reads and writes', async () => {
    await log().append([record('a', 1, ['of a']), record('b', 1, ['of b'])]);
    const first = await log().load(id('a'));
    await log().load(id('b'));
    await log().append([record('c', 1, ['of c'])]);
    await log().load(id('c'));
    expect(texts(first?.tail)).toEqual(['of a']);
  });

  it('[LOG3] many appends at once, for many documents', async () => {
    const calls: Promise<void>[] = [];
    for (let sequence = 1; sequence <= 20; sequence++) {
      for (let name = 0; name < 25; name++)
        calls.push(log().append([record(`d${name}`, sequence, [`${name}:${sequence}`])]));
    }
    await Promise.all(calls);
    for (let name = 0; name < 25; name++) {
      const expected = Array.from({ length: 20 }, (_, index) => `${name}:${index + 1}`);
      expect(texts((await log().load(id(`d${name}`)))?.tail)).toEqual(expected);
    }
  });

  it('[LOG2] a call of thousands of records', async () => {
    const records = Array.from({ length: 3000 }, (_, index) => record(`d${index}`, 1, [`u${index}`]));
    await log().append(records);
    expect(texts((await log().load(id('d2999')))?.tail)).toEqual(['u2999']);
    expect(await log().list(undefined, 5000)).toHaveLength(3000);
  });

  it('[LOG3] values of megabytes beside small ones', async () => {
    const large = pattern(20_000_000);
    await log().append([{ ...record('a', 1, []), updates: [large] }, record('b', 1, ['small'])]);
    await log().append([record('a', 2, ['behind'])]);
    const stored = await log().load(id('a'));
    expect(stored?.tail[0]?.length).toBe(large.length);
    expect(Buffer.compare(stored?.tail[0] ?? new Uint8Array(0), large)).toBe(0);
    expect(texts(stored?.tail.slice(1))).toEqual(['behind']);
    await log().compact(id('a'), { update: large, sequence: 2 });
    expect(Buffer.compare((await log().load(id('a')))?.snapshot?.update ?? new Uint8Array(0), large)).toBe(0);
    expect(texts((await log().load(id('b')))?.tail)).toEqual(['small']);
  });

  it('[LOG3] an update of five megabytes among small ones of other documents', async () => {
    const large = pattern(5_000_000);
    await log().append([
      record('a', 1, ['before']),
      { ...record('a', 2, []), updates: [utf8('with'), large] },
      record('b', 1, ['small']),
    ]);
    const stored = await log().load(id('a'));
    expect(texts(stored?.tail.slice(0, 2))).toEqual(['before', 'with']);
    expect(Buffer.compare(stored?.tail[2] ?? new Uint8Array(0), large)).toBe(0);
  });

  it('[LOG3] records of one call in another order than their sequence numbers, and beyond one byte of them', async () => {
    const records = Array.from({ length: 300 }, (_, index) => record('a', index + 1, [`u${index + 1}`], index));
    await log().append([...records.slice(150), ...records.slice(0, 150).reverse()]);
    const stored = await log().load(id('a'));
    expect(texts(stored?.tail)).toEqual(records.map((_, index) => `u${index + 1}`));
    expect(stored).toMatchObject({ sequence: 300, lastModified: 299 });
  });
}
