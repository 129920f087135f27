import { Buffer } from 'node:buffer';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Change, CommitQueue } from './commit-queue.ts';
import type { Handles } from './environment.ts';

/** Outcomes of the next commits; `undefined` is success. Every commit notes the keys it wrote. */
let outcomes: (Error | undefined)[];
let commits: string[][];
let opened: number;
let queue: CommitQueue;

beforeEach(() => {
  outcomes = [];
  commits = [];
  opened = 0;
  let handles: Promise<Handles> | undefined;
  queue = new CommitQueue({
    handles: () => {
      handles ??= Promise.resolve(fakeHandles(++opened));
      return handles;
    },
    discard: () => {
      handles = undefined;
    },
  });
});

describe('CommitQueue', () => {
  it('[LOG5] a plan is made after the writes before it, commits alone, and has its say before the next one', async () => {
    const seen: unknown[] = [];
    const plan = (key: string) => () => {
      seen.push(`${key} after ${commits.length}`);
      return { changes: put(key), committed: () => seen.push(`${key} is there`) };
    };
    await Promise.all([queue.readThenWrite(plan('a')), queue.readThenWrite(plan('b'))]);
    expect(commits).toEqual([['1:a'], ['1:b']]);
    expect(seen).toEqual(['a after 0', 'a is there', 'b after 1', 'b is there']);
  });

  it('[LOG9] after a failed commit the file is opened again before the next one', async () => {
    outcomes = [new Error('no space')];
    const untold = () => {
      throw new Error('it was not committed');
    };
    const failed = queue.readThenWrite(() => ({ changes: put('a', 'b'), committed: untold }));
    const after = write('c');
    await expect(failed).rejects.toThrow(/could not be written: no space/);
    await after;
    expect(commits).toEqual([['1:a', '1:b'], ['2:c']]);
  });

  it('[LOG9] the reason lmdb gives in a promise is passed on, and never left unhandled', async () => {
    const reason = new Error('Input/output error');
    const failure = Object.assign(new Error('Commit failed'), { commitError: Promise.reject(reason) });
    outcomes = [failure];
    await expect(write('a')).rejects.toMatchObject({ cause: reason });
  });

  it('[LOG9] a plan that throws rejects alone, and the file stays open', async () => {
    const thrown = new Error('damaged');
    const failing = queue.readThenWrite(() => {
      throw thrown;
    });
    const after = write('a');
    await expect(failing).rejects.toBe(thrown);
    await after;
    expect(commits).toEqual([['1:a']]);
  });

  it('[LOG9] idle resolves when all writes are settled', async () => {
    const settled: string[] = [];
    void write('a').then(() => settled.push('a'));
    void write('b').then(() => settled.push('b'));
    await queue.idle();
    expect(settled).toEqual(['a', 'b']);
    await queue.idle();
  });
});

function write(...keys: readonly string[]): Promise<void> {
  return queue.readThenWrite(() => ({ changes: put(...keys), committed: () => undefined }));
}

function put(...keys: readonly string[]): Change[] {
  return keys.map((key) => ({ database: 'updates', key: Buffer.from(key), value: new Uint8Array(1) }));
}

function fakeHandles(generation: number): Handles {
  const database = {
    put: (key: Buffer) => {
      commits.at(-1)?.push(`${generation}:${key.toString()}`);
      return Promise.resolve(true);
    },
  };
  const root = {
    batch: async (action: () => void) => {
      commits.push([]);
      action();
      const outcome = outcomes.shift();
      if (outcome !== undefined) throw outcome;
      return true;
    },
  };
  return { root, updates: database, snapshots: database } as unknown as Handles;
}
