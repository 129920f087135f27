import { expect, it } from 'vitest';
import type { UpdateLog } from '../../src/domain/repositories/update-log.ts';
import type { VersionedUpdateLog } from '../../src/domain/repositories/versioned-update-log.ts';
import { id, record, utf8 } from './log-records.ts';

/** LOG20, of a log that says whether a document is still as it was. */
export function versioning(log: () => VersionedUpdateLog, other: () => Promise<UpdateLog>): void {
  it('[LOG20] what is not stored has no version; a version is short and plain', async () => {
    expect(await log().version(id('a'))).toBeUndefined();
    await log().append([record('文'.repeat(256), 1, ['one'])]);
    expect(await log().version(id('文'.repeat(256)))).toMatch(/^[\x21-\x7e]{1,128}$/);
  });

  it('[LOG20] every append and deletion changes it, also those of another server; a reading does not', async () => {
    const theirs = await other();
    const seen = new Set<string | undefined>();
    const look = async () => {
      const version = await log().version(id('a'));
      await log().load(id('a'));
      expect(await log().version(id('a'))).toBe(version);
      expect(seen.has(version)).toBe(false);
      seen.add(version);
    };
    for (let sequence = 1; sequence <= 4; sequence++) {
      await (sequence % 2 === 0 ? theirs : log()).append([record('a', sequence, ['u']), record('b', sequence, ['u'])]);
      await theirs.load(id('a'));
      await look();
    }
    await theirs.delete(id('a'));
    await look();
    seen.delete(undefined);
    await log().append([record('a', 1, ['u'])]);
    await look();
    await log().delete(id('a'));
    await log().append([record('a', 1, ['u'])]);
    await look();
  });

  it('[LOG20] a compaction leaves what it names: the document is the same', async () => {
    await log().append([record('a', 1, ['one']), record('a', 2, ['two'])]);
    const before = await log().version(id('a'));
    await log().compact(id('a'), { update: utf8('1'), sequence: 1 });
    expect((await log().load(id('a')))?.sequence).toBe(2);
    expect(await log().version(id('a'))).toBe(before);
  });
}
