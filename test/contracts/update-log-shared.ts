import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ConflictError, type LogRecord, type UpdateLog } from '../../src/domain/repositories/update-log.ts';
import type { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';
import { bytes, id, pattern, record, texts, utf8 } from './log-records.ts';
import type { Rejected } from './update-log.ts';

const servers = fc.integer({ min: 0, max: 1 });
const names = fc.constantFrom('a', 'b');

/** What one of two servers does. `seeing`: it has loaded the document before, as a server that opens it does. */
const operations = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      server: servers,
      name: names,
      seeing: fc.boolean(),
      updates: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('repeat' as const, 'late' as const, 'compact' as const, 'delete' as const),
      server: servers,
      name: names,
      seeing: fc.boolean(),
    }),
  },
);

/** LOG19, of a log that several servers write: `other` has a store instance of its own on what `log` stores. */
export function sharing(rejected: Rejected, log: () => UpdateLog, other: () => Promise<UpdateLog>): void {
  it('[LOG19] what another server wrote is never written over: the call names its documents, and stores none of them', async () => {
    const theirs = await other();
    await log().append([record('a', 1, ['one']), record('b', 1, ['one'])]);
    await theirs.load(id('a'));
    await theirs.append([record('a', 2, ['theirs'])]);
    const conflict = log().append([record('a', 2, ['ours']), record('b', 2, ['two']), record('c', 1, ['one'])]);
    expect(await conflictOf(conflict)).toEqual([id('a')]);
    expect(texts((await log().load(id('a')))?.tail)).toEqual(['one', 'theirs']);
    if (rejected === 'stores nothing') {
      expect(texts((await log().load(id('b')))?.tail)).toEqual(['one']);
      expect(await log().load(id('c'))).toBeUndefined();
    }
    await log().append([record('b', 2, ['two']), record('c', 1, ['one'])]);
    expect(texts((await log().load(id('b')))?.tail)).toEqual(['one', 'two']);
    expect(texts((await log().load(id('c')))?.tail)).toEqual(['one']);
    await log().append([record('a', 3, ['ours'])]);
    expect(texts((await theirs.load(id('a')))?.tail)).toEqual(['one', 'theirs', 'ours']);
  });

  it('[LOG19] a record that leaves something out, overlaps, or starts a document in its middle is a conflict', async () => {
    await log().append([record('a', 1, ['one', 'two'])]);
    for (const wrong of [record('a', 4, ['x']), record('a', 2, ['x']), record('a', 1, ['x']), record('b', 2, ['x'])]) {
      expect(await conflictOf(log().append([wrong]))).toEqual([wrong.documentId]);
    }
    const both = log().append([record('b', 1, ['x']), record('b', 3, ['x']), record('a', 9, ['x'])]);
    expect((await conflictOf(both))?.map(({ value }) => value).sort()).toEqual(['a', 'b']);
    expect(texts((await log().load(id('a')))?.tail)).toEqual(['one', 'two']);
    expect(await log().load(id('b'))).toBeUndefined();
  });

  it('[LOG4] a call of unknown outcome is repeated after another server went on', async () => {
    const theirs = await other();
    const call = [record('a', 1, ['one']), record('b', 1, ['one'])];
    await log().append(call);
    await theirs.load(id('a'));
    await theirs.append([record('a', 2, ['two'])]);
    await log().append(call);
    expect(texts((await log().load(id('a')))?.tail)).toEqual(['one', 'two']);
  });

  it('[LOG19] of several who write the same document at once, one wins every number, and nobody writes over it', async () => {
    const logs = [log(), await other(), await other()];
    const won = new Map<number, string>();
    const write = async (writer: UpdateLog, name: string) => {
      let sequence = 0;
      while (sequence < 40) {
        sequence = (await writer.load(id('a')))?.sequence ?? 0;
        try {
          await writer.append([record('a', sequence + 1, [`${name}${sequence + 1}`])]);
          expect(won.has(sequence + 1)).toBe(false);
          won.set(sequence + 1, `${name}${sequence + 1}`);
        } catch (cause) {
          if (!(cause instanceof ConflictError)) throw cause;
        }
      }
    };
    await Promise.all(logs.map((writer, at) => write(writer, `w${at}`)));
    const expected = [...won].sort(([a], [b]) => a - b).map(([, text]) => text);
    expect(texts((await log().load(id('a')))?.tail)).toEqual(expected);
  });

  it('[LOG19] a document that another server deleted, and made anew with as many updates, is not continued', async () => {
    const theirs = await other();
    await log().append([record('a', 1, ['one']), record('b', 1, ['one'])]);
    await theirs.delete(id('a'));
    expect(await conflictOf(log().append([record('a', 2, ['two'])]))).toEqual([id('a')]);
    await theirs.append([record('a', 1, ['new'])]);
    expect(await conflictOf(log().append([record('a', 2, ['two'])]))).toEqual([id('a')]);
    await expect(log().compact(id('a'), { update: utf8('old'), sequence: 1 })).rejects.toThrow(RangeError);
    expect(await log().load(id('a'))).toMatchObject({ snapshot: undefined, tail: bytes('new') });
    await log().append([record('a', 2, ['two'])]);
    expect(texts((await theirs.load(id('a')))?.tail)).toEqual(['new', 'two']);
  });

  it('[LOG19] [LOG5] what another server has compacted is not written anew by one that does not know it', async () => {
    const theirs = await other();
    await log().append([record('a', 1, ['one'])]);
    await theirs.load(id('a'));
    await theirs.append([record('a', 2, ['two']), record('a', 3, ['three'])]);
    await theirs.compact(id('a'), { update: utf8('1-3'), sequence: 3 });
    const late = [
      [record('a', 2, ['late'])],
      [record('a', 2, ['late', 'beyond', 'beyond', 'beyond'])],
      [record('a', 2, ['late', 'late']), record('a', 4, ['beyond'])],
    ];
    for (const records of late) {
      expect(await conflictOf(log().append(records))).toEqual([id('a')]);
      expect(await theirs.load(id('a'))).toMatchObject({ sequence: 3, tail: [] });
    }
    await theirs.append([record('a', 4, ['four'])]);
    expect(await log().load(id('a'))).toMatchObject({ sequence: 4, tail: bytes('four') });
  });

  it('[LOG19] [LOG4] whatever two servers do in turn, what is stored is what a log in memory has', async () => {
    const [both, observer] = [[log(), await other()] as const, await other()];
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(operations, { minLength: 10, maxLength: 25 }), async (list) => {
        const model = new MemoryUpdateLog();
        const newest = new Map<string, LogRecord>();
        const prefix = `run ${runs++} `;
        for (const [time, operation] of list.entries()) {
          const documentId = id(prefix + operation.name);
          const server = both[operation.server] ?? both[0];
          if (operation.seeing) await server.load(documentId);
          const sequence = (await model.load(documentId))?.sequence ?? 0;
          const next = (first: number, updates: number, text: string) =>
            record(
              documentId.value,
              first,
              Array.from({ length: updates }, (_, at) => `${text} ${time} ${at}`),
              time,
            );
          switch (operation.kind) {
            case 'append': {
              const appended = next(sequence + 1, operation.updates, 'in turn');
              const outcome = await outcomeOf(server.append([appended]));
              if (operation.seeing) expect(outcome).toBe('done');
              if (outcome !== 'done') break;
              newest.set(documentId.value, appended);
              await model.append([appended]);
              break;
            }
            case 'repeat': {
              const repeated = newest.get(documentId.value);
              if (repeated !== undefined) await outcomeOf(server.append([repeated]));
              break;
            }
            case 'late':
              if (sequence > 0) await outcomeOf(server.append([next(sequence, 1, 'too late')]));
              break;
            case 'compact': {
              const snapshot = { update: utf8(`up to ${sequence}`), sequence };
              const outcome = sequence === 0 ? 'refused' : await outcomeOf(server.compact(documentId, snapshot));
              if (outcome === 'done') await model.compact(documentId, snapshot);
              break;
            }
            case 'delete':
              await server.delete(documentId);
              newest.delete(documentId.value);
              await model.delete(documentId);
          }
          expect(await observer.load(documentId)).toEqual(await model.load(documentId));
        }
      }),
      { numRuns: 15 },
    );
  });

  it('[LOG5] appends of one server beside compactions and loads of another', async () => {
    const theirs = await other();
    const large = pattern(3_000_000);
    await log().append([record('a', 1, ['u1'])]);
    const compacting = (async () => {
      for (let done = 0; done < 40; ) {
        const stored = await theirs.load(id('a'));
        done = stored?.sequence ?? 0;
        await theirs.compact(id('a'), { update: large, sequence: done });
      }
    })();
    for (let sequence = 2; sequence <= 40; sequence++)
      await log().append([record('a', sequence, [`u${sequence}`], sequence)]);
    await compacting;
    const stored = await log().load(id('a'));
    expect(stored).toMatchObject({ sequence: 40, lastModified: 40, tail: [], snapshot: { sequence: 40 } });
    expect(Buffer.compare(stored?.snapshot?.update ?? new Uint8Array(0), large)).toBe(0);
  });

  it('[LOG5] two servers that compact the same document: the newest snapshot stays, and it is whole', async () => {
    const theirs = await other();
    for (let round = 1; round <= 10; round++) {
      await log().append([record('a', 2 * round - 1, ['x']), record('a', 2 * round, ['x'])]);
      const calls = [
        log().compact(id('a'), { update: pattern(1_500_000), sequence: 2 * round - 1 }),
        theirs.compact(id('a'), { update: pattern(2_500_000), sequence: 2 * round }),
      ];
      await Promise.allSettled(calls);
      const stored = await log().load(id('a'));
      expect(stored?.sequence).toBe(2 * round);
      const { update, sequence } = stored?.snapshot ?? { update: new Uint8Array(0), sequence: 0 };
      const expected = pattern(sequence % 2 === 1 ? 1_500_000 : 2_500_000);
      expect(Buffer.compare(update, expected)).toBe(0);
    }
  });

  it('[LOG8] what one server writes and deletes, the other lists at once', async () => {
    const theirs = await other();
    await log().append([record('a', 1, ['one']), record('b', 1, ['one'])]);
    expect(await theirs.list(undefined, 10)).toEqual([id('a'), id('b')]);
    await theirs.delete(id('a'));
    expect(await log().list(undefined, 10)).toEqual([id('b')]);
    expect(await log().load(id('a'))).toBeUndefined();
  });
}

async function conflictOf(call: Promise<void>): Promise<readonly DocumentId[] | undefined> {
  try {
    await call;
  } catch (cause) {
    if (cause instanceof ConflictError) return cause.documentIds;
    throw cause;
  }
  return undefined;
}

/** A server that has not seen what others did may be refused, and for no other reason. */
async function outcomeOf(call: Promise<void>): Promise<'done' | 'refused'> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (error instanceof ConflictError || error instanceof RangeError) return 'refused';
    throw error;
  }
}
