import { expect, it } from 'vitest';
import { DamagedDocumentError, type UpdateLog } from '../../src/domain/repositories/update-log.ts';
import { id, record, texts } from './log-records.ts';

/** LOG3 and LOG6 of a log that nobody else writes: it takes the caller's word for what follows what. */
export function takingItsWord(log: () => UpdateLog): void {
  it('[LOG3] records written in another order than their sequence numbers, and beyond one byte of them', async () => {
    const records = Array.from({ length: 300 }, (_, index) => record('a', index + 1, [`u${index + 1}`], index));
    await log().append(records.slice(150));
    await log().append(records.slice(0, 150).reverse());
    const stored = await log().load(id('a'));
    expect(texts(stored?.tail)).toEqual(records.map((_, index) => `u${index + 1}`));
    expect(stored).toMatchObject({ sequence: 300, lastModified: 299 });
  });

  it('[LOG6] a hole in the sequence is damage, for that document only', async () => {
    await log().append([record('a', 1, ['one']), record('a', 3, ['three']), record('b', 1, ['one'])]);
    const damage = await log()
      .load(id('a'))
      .catch((error: unknown) => error);
    expect(damage).toBeInstanceOf(DamagedDocumentError);
    const { readable } = damage as DamagedDocumentError;
    expect([texts(readable?.tail), readable?.sequence]).toEqual([['one'], 1]);
    expect(texts((await log().load(id('b')))?.tail)).toEqual(['one']);
  });

  it('[LOG6] a document that does not start at its first update, or has two updates for one number, is damaged', async () => {
    await log().append([record('a', 2, ['two']), record('b', 1, ['one', 'two']), record('b', 2, ['other'])]);
    await expect(log().load(id('a'))).rejects.toThrow(DamagedDocumentError);
    await expect(log().load(id('b'))).rejects.toThrow(DamagedDocumentError);
  });
}
