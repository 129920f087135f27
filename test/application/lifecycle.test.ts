import { describe, expect, it } from 'vitest';
import { Lifecycle, type Part } from '../../src/application/runtime/lifecycle.ts';

function parts(...faults: readonly string[]) {
  const done: string[] = [];
  const doing = (what: string) => {
    done.push(what);
    return faults.includes(what) ? Promise.reject(new Error(what)) : Promise.resolve();
  };
  const all = ['a', 'b', 'c'].map(
    (name): Part => ({ name, start: () => doing(`start ${name}`), stop: () => doing(`stop ${name}`) }),
  );
  return { lifecycle: new Lifecycle(all), done };
}

describe('Lifecycle', () => {
  it('[CFG6] starts in order and stops in reverse, once', async () => {
    const { lifecycle, done } = parts();
    await lifecycle.start();
    expect(lifecycle.isStopping).toBe(false);
    expect(await Promise.all([lifecycle.stop(), lifecycle.stop()])).toEqual([[], []]);
    expect(lifecycle.isStopping).toBe(true);
    await lifecycle.stop();
    expect(done).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
  });

  it('[CFG6] a part that fails to start stops those before it, and its error is the one thrown', async () => {
    const { lifecycle, done } = parts('start c', 'stop b');
    await expect(lifecycle.start()).rejects.toThrow('start c');
    expect(done).toEqual(['start a', 'start b', 'start c', 'stop b', 'stop a']);
  });

  it('[CFG6] a part that fails to stop does not keep the others from it', async () => {
    const { lifecycle, done } = parts('stop c', 'stop a');
    await lifecycle.start();
    expect((await lifecycle.stop()).map(String)).toEqual(['Error: stop c', 'Error: stop a']);
    expect(done.slice(3)).toEqual(['stop c', 'stop b', 'stop a']);
  });
});
