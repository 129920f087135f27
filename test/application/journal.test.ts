import { describe, expect, it } from 'vitest';
import { ConflictError } from '../../src/domain/repositories/update-log.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { journalScene } from '../support/journal-scene.ts';
import { settle } from '../support/world.ts';

describe('Journal', () => {
  it('[ROOM1] releases nothing before the log has it', async () => {
    const { append, appends, acknowledged, journal } = journalScene();
    append('a', '1');
    await settle();
    expect(appends).toHaveLength(1);
    expect([acknowledged, journal.durablePosition]).toEqual([[], 0]);
    appends[0]!.succeed();
    await settle();
    expect([acknowledged, journal.durablePosition]).toEqual([['1'], 1]);
  });

  it('[LOG1] records that arrive while a commit runs go together, in order', async () => {
    const { append, appends, acknowledged, journal } = journalScene();
    append('a', '1');
    await settle();
    for (const name of ['2', '3', '4']) append(name === '3' ? 'b' : 'a', name);
    await settle();
    expect(appends.map(({ documents }) => documents)).toEqual([['a']]);
    appends[0]!.succeed();
    await settle();
    expect(appends.map(({ documents }) => documents)).toEqual([['a'], ['a', 'b', 'a']]);
    expect(acknowledged).toEqual(['1']);
    appends[1]!.succeed();
    await settle();
    expect(acknowledged.toSorted()).toEqual(['1', '2', '3', '4']);
    expect(journal.durablePosition).toBe(4);
  });

  it('[ROOM1] what arrives in one turn goes in one commit', async () => {
    const { append, appends } = journalScene();
    for (const name of ['1', '2', '3']) append(name, name);
    await settle();
    expect(appends.map(({ documents }) => documents)).toEqual([['1', '2', '3']]);
  });

  it('[ROOM9] a failing store is tried again with growing pauses, failing until it works', async () => {
    const { append, appends, acknowledged, journal, clock } = journalScene({ retryFor: 60_000 });
    append('a', '1');
    for (const [at, pause] of [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000].entries()) {
      await settle();
      expect(appends).toHaveLength(at + 1);
      appends[at]!.fail(new Error('disk full'));
      await settle();
      expect(journal.isFailing).toBe(true);
      clock.advance(pause - 1);
      await settle();
      expect(appends).toHaveLength(at + 1);
      clock.advance(1);
    }
    await settle();
    expect(acknowledged).toEqual([]);
    appends.at(-1)!.succeed();
    await settle();
    expect([acknowledged, journal.isFailing]).toEqual([['1'], false]);
  });

  it('[ROOM9] giving up fails the documents of the batch and of what came later, and refuses their tickets', async () => {
    const { append, appends, acknowledged, failed, journal, clock, queueOf } = journalScene({ retryFor: 100 });
    append('a', 'a1');
    append('b', 'b1');
    await settle();
    appends[0]!.succeed();
    await settle();
    append('a', 'a2');
    await settle();
    append('c', 'c1');
    const committed = journal.committed();
    const rejected = expect(committed).rejects.toThrow('disk full');
    appends[1]!.fail(new Error('disk full'));
    await settle();
    clock.advance(100);
    await settle();
    appends[2]!.fail(new Error('disk full'));
    await settle();
    await rejected;
    expect(failed.toSorted()).toEqual(['a', 'c']);
    expect(acknowledged.toSorted()).toEqual(['a1', 'b1']);
    expect([queueOf('a').pending, queueOf('c').pending]).toEqual([0, 0]);
    append('b', 'b2');
    append('a', 'a3');
    await settle();
    appends[3]!.succeed();
    await settle();
    expect(acknowledged.toSorted()).toEqual(['a1', 'a3', 'b1', 'b2']);
    expect(journal.isFailing).toBe(false);
  });

  it('[ROOM9] a ticket of another document on the same connection still waits, and is released once it is durable', async () => {
    const { append, appends, acknowledged, queueOf } = journalScene({ retryFor: 0 });
    append('a', 'lost', 'shared');
    const waiting = queueOf('shared').open('b', 'later', new Uint8Array(2));
    await settle();
    appends[0]!.fail(new Error('disk full'));
    await settle();
    expect(queueOf('shared').pending).toBe(1);
    const other = append('b', 'last', 'shared');
    waiting.position = other.position;
    await settle();
    appends[1]!.succeed();
    await settle();
    expect(acknowledged).toEqual(['later', 'last']);
  });

  it('[ROOM9] what a client appends when it hears of the failure is not failed along with it', async () => {
    const { append, appends, acknowledged, failed, journal } = journalScene({ retryFor: 0 });
    const record = {
      documentId: DocumentId.parse('a'),
      firstSequence: 1,
      updates: [new Uint8Array(2)],
      timestamp: 1,
    };
    let appended = 0;
    const client = {
      appendCommitted: () => {},
      appendFailed: () => {
        if (appended++ === 0) append('b', 'anew', 'shared');
      },
    };
    journal.append(record, client);
    await settle();
    append('c', 'later', 'shared');
    appends[0]!.fail(new Error('disk full'));
    await settle();
    expect(failed).toEqual(['c']);
    appends[1]!.succeed();
    await settle();
    expect(acknowledged).toEqual(['anew']);
  });

  it('[ROOM9] a store that was given up counts as failing for a while, not for ever', async () => {
    const { append, appends, journal, clock } = journalScene({ retryFor: 0 });
    append('a', '1');
    await settle();
    appends[0]!.fail(new Error('disk full'));
    await settle();
    expect(journal.isFailing).toBe(true);
    clock.advance(10_000);
    expect(journal.isFailing).toBe(false);
  });

  it('[ROOM15] waits for its window under load, and not when many updates are there', async () => {
    const { append, appends, clock } = journalScene({ commitWindow: 10 });
    append('a', '0');
    await settle();
    clock.advance(0);
    await settle();
    appends[0]!.succeed();
    append('a', '1');
    await settle();
    expect(appends).toHaveLength(1);
    for (let at = 2; at < 130; at++) append('a', `${at}`);
    await settle();
    expect(appends).toHaveLength(2);
  });

  it('[ROOM13] a server that stops tries a failing store once more, at once, and not longer', async () => {
    const { append, appends, acknowledged, failed, journal } = journalScene({ retryFor: 60_000 });
    append('a', '1');
    await settle();
    appends[0]!.fail(new Error('disk full'));
    await settle();
    const closed = journal.close();
    const rejected = expect(closed).rejects.toThrow('disk full');
    await settle();
    appends[1]!.fail(new Error('disk full'));
    await rejected;
    expect([acknowledged, failed]).toEqual([[], ['a']]);
  });

  it('[ROOM9] gives up early when too many bytes wait', async () => {
    const { append, appends, failed } = journalScene({ retryFor: 60_000, retryBytes: 100 });
    append('a', '1', 'a', 60);
    await settle();
    append('b', '2', 'b', 60);
    appends[0]!.fail(new Error('disk full'));
    await settle();
    expect(failed.toSorted()).toEqual(['a', 'b']);
  });

  it('[ROOM6] a queue notified without a record is released when what was appended before is durable', async () => {
    const { append, appends, acknowledged, journal, queueOf } = journalScene();
    append('a', '1');
    await settle();
    const repeat = queueOf('b').open('a', 'repeat', new Uint8Array(2));
    repeat.position = 1;
    journal.notify(repeat.queue);
    await settle();
    expect(acknowledged).toEqual([]);
    appends[0]!.succeed();
    await settle();
    expect(acknowledged.toSorted()).toEqual(['1', 'repeat']);
    expect(appends).toHaveLength(1);
  });

  it('[ROOM1] commits keep the window between them, a lone update waits for none', async () => {
    const { append, appends, clock } = journalScene({ commitWindow: 4 });
    append('a', '1');
    await settle();
    expect(appends).toHaveLength(1);
    appends[0]!.succeed();
    append('a', '2');
    await settle();
    expect(appends).toHaveLength(1);
    clock.advance(4);
    await settle();
    expect(appends).toHaveLength(2);
  });

  it('[ROOM1] a clock that is set back holds commits up for no more than one window', async () => {
    const { append, appends, clock } = journalScene({ commitWindow: 4 });
    append('a', '1');
    await settle();
    appends[0]!.succeed();
    await settle();
    clock.advance(-3_600_000);
    append('a', '2');
    await settle();
    clock.advance(4);
    await settle();
    expect(appends).toHaveLength(2);
  });

  it('[ROOM1] committed resolves behind all that was appended, at once where nothing was', async () => {
    const { append, appends, journal } = journalScene();
    await journal.committed();
    append('a', '1');
    let resolved = false;
    const committed = journal.committed().then(() => {
      resolved = true;
    });
    await settle();
    expect(resolved).toBe(false);
    appends[0]!.succeed();
    await committed;
  });

  it('[LOG19] a conflict refuses the records of its documents, also the later ones, and commits the rest', async () => {
    const { append, appends, acknowledged, failed, journal, queueOf } = journalScene();
    for (const name of ['a', 'b', 'c']) append(name, `${name}1`, 'shared');
    await settle();
    append('a', 'a2', 'shared');
    append('b', 'b2', 'shared');
    const [ofA, ofB, ofAll] = ['a', 'b', undefined].map((name) =>
      journal.committed(name === undefined ? name : DocumentId.parse(name)),
    );
    const refused = expect(ofA).rejects.toThrow(ConflictError);
    appends[0]!.fail(new ConflictError([DocumentId.parse('a')]));
    await settle();
    await refused;
    expect([new Set(failed), journal.isFailing]).toEqual([new Set(['a']), false]);
    expect(appends.map(({ documents }) => documents)).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
    ]);
    expect(acknowledged).toEqual([]);
    appends[1]!.succeed();
    await settle();
    expect(appends.at(-1)!.documents).toEqual(['b']);
    expect(acknowledged).toEqual(['b1', 'c1']);
    appends[2]!.succeed();
    await settle();
    await Promise.all([ofB, ofAll]);
    expect([acknowledged, queueOf('shared').pending]).toEqual([['b1', 'c1', 'b2'], 0]);
  });

  it('[LOG19] where all documents of a commit conflict, there is nothing left to write', async () => {
    const { append, appends, acknowledged, failed } = journalScene();
    append('a', 'a1');
    await settle();
    appends[0]!.fail(new ConflictError([DocumentId.parse('a')]));
    await settle();
    append('b', 'b1');
    await settle();
    expect(appends.map(({ documents }) => documents)).toEqual([['a'], ['b']]);
    appends[1]!.succeed();
    await settle();
    expect([acknowledged, failed]).toEqual([['b1'], ['a']]);
  });

  it('[LOG19] a conflict that names none of its documents fails the commit, and is not met again for ever', async () => {
    const { append, appends, failed } = journalScene();
    append('a', 'a1');
    await settle();
    appends[0]!.fail(new ConflictError([DocumentId.parse('other')]));
    await settle();
    expect([appends.length, failed]).toEqual([1, ['a']]);
  });
});
