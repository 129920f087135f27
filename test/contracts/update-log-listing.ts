import { expect, it } from 'vitest';
import type { UpdateLog } from '../../src/domain/repositories/update-log.ts';
import type { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { bytes, id, NAMES, record, SORTED, texts, utf8 } from './log-records.ts';

/** LOG7 and LOG8. */
export function deletingAndListing(log: () => UpdateLog): void {
  it('[LOG7] delete leaves nothing of a document and touches no other', async () => {
    await log().append(NAMES.map((name) => record(name, 1, [`of ${name}`, 'two'])));
    await log().compact(id('a'), { update: utf8('1-2'), sequence: 2 });
    await log().append([record('a', 3, ['three'])]);
    await log().delete(id('a'));
    expect(await log().load(id('a'))).toBeUndefined();
    for (const name of NAMES.slice(1)) expect(texts((await log().load(id(name)))?.tail)).toEqual([`of ${name}`, 'two']);
    expect(await log().list(undefined, 100)).toEqual(SORTED.filter((name) => name !== 'a').map(id));
  });

  it('[LOG7] deleting what is not stored resolves, and a deleted document starts anew', async () => {
    await log().delete(id('a'));
    await log().append([record('a', 1, ['one']), record('a', 2, ['two'])]);
    await log().delete(id('a'));
    await log().append([record('a', 1, ['again'])]);
    expect(await log().load(id('a'))).toMatchObject({ snapshot: undefined, tail: bytes('again'), sequence: 1 });
  });

  it('[LOG7] delete takes the appends before it and leaves those after it', async () => {
    const calls = [
      log().append([record('a', 1, ['one'])]),
      log().delete(id('a')),
      log().append([record('a', 1, ['new'])]),
    ];
    await Promise.all(calls);
    expect(texts((await log().load(id('a')))?.tail)).toEqual(['new']);
  });

  it('[LOG8] list pages through all ids in the order of their UTF-8 bytes, each once', async () => {
    await log().append(NAMES.flatMap((name) => [record(name, 1, ['one']), record(name, 2, ['two'])]));
    for (const name of NAMES.slice(0, 4)) await log().compact(id(name), { update: utf8('s'), sequence: 2 });
    await log().append([record('a/b', 3, ['three'])]);
    for (const size of [1, 2, 5, 100]) {
      const seen: DocumentId[] = [];
      let page = await log().list(undefined, size);
      while (page.length > 0) {
        expect(page.length).toBeLessThanOrEqual(size);
        seen.push(...page);
        page = await log().list(seen.at(-1), size);
      }
      expect(seen.map(({ value }) => value)).toEqual(SORTED);
    }
  });

  it('[LOG8] list goes on behind an id that does not exist, and an empty log has no ids', async () => {
    expect(await log().list(undefined, 10)).toEqual([]);
    await log().append(['a', 'a/b', 'c'].map((name) => record(name, 1, ['one'])));
    expect(await log().list(id('a0'), 10)).toEqual([id('c')]);
    expect(await log().list(id('a/'), 10)).toEqual([id('a/b'), id('c')]);
    expect(await log().list(id('c'), 10)).toEqual([]);
    expect(await log().list(undefined, 0)).toEqual([]);
  });
}
