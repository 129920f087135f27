import { beforeEach, describe, expect, it } from 'vitest';
import { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { AppendQueue } from './append-queue.ts';
import { type EncodedEntries, encodeDeletion } from './wal/entry-codec.ts';

/** What happened, in order: frames with the sizes of their pieces, and entries that readers see. */
let events: string[];
/** Outcomes of the next writes; `undefined` is success. */
let outcomes: (Error | undefined)[];
let room: () => Promise<void>;
let queue: AppendQueue;

beforeEach(() => {
  events = [];
  outcomes = [];
  room = () => Promise.resolve();
  queue = new AppendQueue(
    {
      write: async (payload) => {
        await Promise.resolve();
        events.push(`wrote ${payload.map(({ length }) => length).join(' ')}`);
        const outcome = outcomes.shift();
        if (outcome !== undefined) throw outcome;
      },
    },
    { add: (entries) => events.push(`added ${entries.map(({ documentId }) => documentId.value).join(' ')}`) },
    { room: () => room(), startIfDue: () => events.push('asked for a checkpoint') },
  );
});

describe('AppendQueue', () => {
  it('[LOG1] appends that wait share one frame, and are seen when it is on disk', async () => {
    const appended = ['a', 'b', 'c'].map((name) =>
      queue.append(entry(name, 3)).then(() => events.push(`${name} is there`)),
    );
    await Promise.all(appended);
    expect(events.slice(0, 5)).toEqual(['wrote 3 3 3', 'added a', 'added b', 'added c', 'asked for a checkpoint']);
    expect(events.slice(5)).toEqual(['a is there', 'b is there', 'c is there']);
  });

  it('[LOG1] a frame keeps to a bounded size', async () => {
    const large = 20 * 1024 * 1024;
    await Promise.all([queue.append(entry('a', 1)), queue.append(entry('b', large)), queue.append(entry('c', 1))]);
    expect(events.filter((event) => event.startsWith('wrote'))).toEqual([`wrote 1 ${large}`, 'wrote 1']);
  });

  it('[LOG9] a frame that fails rejects all that is in it, with the cause, and the next one is written', async () => {
    const cause = new Error('no space');
    outcomes = [cause];
    const failed = [queue.append(entry('a', 1)), queue.append(entry('b', 1))];
    for (const append of failed) {
      await expect(append).rejects.toMatchObject({
        message: expect.stringMatching(/could not be written: no space/),
        cause,
      });
    }
    await queue.append(entry('c', 1));
    expect(events).toEqual(['wrote 1 1', 'wrote 1', 'added c', 'asked for a checkpoint']);
  });

  it('[LOG16] where there is no room, nothing is written and all that waits rejects', async () => {
    room = () => Promise.reject(new Error('the database fails'));
    await expect(queue.append(entry('a', 1))).rejects.toThrow(/the database fails/);
    expect(events).toEqual([]);
  });

  it('[LOG9] settled and idle resolve when all before them is', async () => {
    outcomes = [new Error('no space')];
    const settled: string[] = [];
    queue.append(entry('a', 1)).catch(() => settled.push('a'));
    await queue.settled();
    expect(settled).toEqual(['a']);
    void queue.append(entry('b', 1)).then(() => settled.push('b'));
    await queue.idle();
    expect(settled).toEqual(['a', 'b']);
    await queue.append({ payload: new Uint8Array(0), entries: [] });
  });
});

function entry(name: string, bytes: number): EncodedEntries {
  return { payload: new Uint8Array(bytes), entries: encodeDeletion(DocumentId.parse(name)).entries };
}
