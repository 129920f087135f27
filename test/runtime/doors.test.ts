import { describe, expect, it } from 'vitest';
import { Doors } from '../../src/application/runtime/doors.ts';

class Door {
  readonly name = 'door';
  readonly events: string[];
  readonly #id: string;
  readonly #stopped: Promise<void>;

  constructor(events: string[], id: string, stopped: Promise<void> = Promise.resolve()) {
    this.events = events;
    this.#id = id;
    this.#stopped = stopped;
  }

  start(): Promise<void> {
    this.events.push(`start ${this.#id}`);
    return this.#id === 'broken' ? Promise.reject(new Error('in use')) : Promise.resolve();
  }

  stop(): Promise<void> {
    this.events.push(`stop ${this.#id}`);
    return this.#stopped;
  }
}

describe('Doors', () => {
  it('[ROOM13] asks all to stop before it waits for one, and waits for all', async () => {
    const events: string[] = [];
    let goes: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => {
      goes = resolve;
    });
    const doors = new Doors([new Door(events, 'slow', slow), new Door(events, 'quick')]);
    await doors.start();
    const stopped = doors.stop().then(() => events.push('stopped'));
    expect(events).toEqual(['start slow', 'start quick', 'stop slow', 'stop quick']);
    events.push('the slow one goes');
    goes();
    await stopped;
    expect(events.slice(4)).toEqual(['the slow one goes', 'stopped']);
  });

  it('[ROOM13] waits for the others where one fails to stop, and tells of it', async () => {
    const events: string[] = [];
    const doors = new Doors([new Door(events, 'failing', Promise.reject(new Error('no'))), new Door(events, 'quick')]);
    await doors.start();
    await expect(doors.stop()).rejects.toMatchObject({ errors: [{ message: 'no' }] });
  });

  it('[CFG6] stops those that started where one does not start', async () => {
    const events: string[] = [];
    await expect(new Doors([new Door(events, 'first'), new Door(events, 'broken')]).start()).rejects.toThrow('in use');
    expect(events).toEqual(['start first', 'start broken', 'stop first']);
  });
});
