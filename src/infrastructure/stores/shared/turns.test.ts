import { describe, expect, it } from 'vitest';
import { DocumentId } from '../../../domain/value-objects/document-id.ts';
import { Turns } from './turns.ts';

const [A, B, C] = ['a', 'b', 'c'].map((name) => DocumentId.parse(name)) as [DocumentId, DocumentId, DocumentId];

function scene() {
  const turns = new Turns();
  const started: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const call = (name: string, ...documents: DocumentId[]) =>
    turns.take(documents, () => {
      started.push(name);
      return new Promise<string>((resolve, reject) => {
        ends.set(name, (error) => (error === undefined ? resolve(name) : reject(error)));
      });
    });
  return { turns, started, call, end: (name: string, error?: Error) => ends.get(name)?.(error) };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  it('[LOG3] calls for one document wait for each other, in their order; calls for others do not', async () => {
    const { started, call, end } = scene();
    const calls = [call('1', A, B), call('2', B), call('3', C), call('4', A), call('5', B, C)];
    await settle();
    expect(started).toEqual(['1', '3']);
    end('1');
    await settle();
    expect(started).toEqual(['1', '3', '2', '4']);
    end('3');
    end('2');
    await settle();
    expect(started.at(-1)).toBe('5');
    end('4');
    end('5');
    expect(await Promise.all(calls)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('[LOG9] one that fails rejects its caller, and holds nobody up', async () => {
    const { turns, started, call, end } = scene();
    const failed = call('1', A);
    const next = call('2', A);
    const refused = expect(failed).rejects.toThrow('no');
    let idle = false;
    const waiting = turns.idle().then(() => {
      idle = true;
    });
    await settle();
    end('1', new Error('no'));
    await refused;
    await settle();
    expect([started, idle]).toEqual([['1', '2'], false]);
    end('2');
    await Promise.all([next, waiting]);
  });
});
