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
  it('[LOG1] writes that wait share one commit', async () => {
    await Promise.all([queue.write(put('a')), queue.write(put('b', 'c')), queue.write(put('d'))]);
    expect(commits).toEqual([['1:a', '1:b', '1:c', '1:d']]);
  });

  it('[LOG1] a transaction keeps to a bounded size', async () => {
    const large = new Uint8Array(20 * 1024 * 1024);
    await Promise.all([queue.write(put('a')), queue.write([{ ...put('b')[0]!, value: large }]), queue.write(put('c'))]);
    expect(commits).toEqual([['1:a', '1:b'], ['1:c']]);
  });

  it('[LOG5] a plan is made after the writes before it and commits alone, before those after it', async () => {
    let seen = 0;
    const plan = () => {
      seen = commits.length;
      return put('planned');
    };
    await Promise.all([queue.write(put('a')), queue.readThenWrite(plan), queue.write(put('b'))]);
    expect(commits).toEqual([['1:a'], ['1:planned'], ['1:b']]);
    expect(seen).toBe(1);
  });

  it('[LOG9] after a failed commit the file is opened again before the next one', async () => {
    outcomes = [new Error('no space')];
    const failed = [queue.write(put('a')), queue.write(put('b'))];
    const after = queue.readThenWrite(() => put('c'));
    for (const write of failed) await expect(write).rejects.toThrow(/could not be written: no space/);
    await after;
    expect(commits).toEqual([['1:a', '1:b'], ['2:c']]);
  });

  it('[LOG9] the reason lmdb gives in a promise is passed on, and never left unhandled', async () => {
    const reason = new Error('Input/output error');
    const failure = Object.assign(new Error('Commit failed'), { commitError: Promise.reject(reason) });
    outcomes = [failure];
    await expect(queue.write(put('a'))).rejects.toMatchObject({ cause: reason });
  });

  it('[LOG9] a plan that throws rejects alone, and the file stays open', async () => {
    const thrown = new Error('damaged');
    const failing = queue.readThenWrite(() => {
      throw thrown;
    });
    const after = queue.write(put('a'));
    await expect(failing).rejects.toBe(thrown);
    await after;
    expect(commits).toEqual([['1:a']]);
  });

  it('[LOG9] idle resolves when all writes are settled', async () => {
    const settled: string[] = [];
    void queue.write(put('a')).then(() => settled.push('a'));
    void queue.readThenWrite(() => put('b')).then(() => settled.push('b'));
    await queue.idle();
    expect(settled).toEqual(['a', 'b']);
    await queue.idle();
  });
});

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
