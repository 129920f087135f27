import type { Collections } from '../../../src/infrastructure/stores/mongodb/collections.ts';

/**
 * Where a command fails: after the first half of the rows it inserts, or when its answer is lost. Before it begins is where the
 * one before it has lost its answer.
 */
export type Moment = 'half' | 'after';

const COMMANDS = ['insertMany', 'deleteMany', 'deleteOne', 'findOne', 'toArray'];

type Call = (...args: unknown[]) => unknown;

/** Collections of a real server on which one command fails on demand, and every command after it: the server has died. */
export class SabotagedCollections {
  readonly collections: Collections;
  #fault: { nth: number; readonly moment: Moment } | undefined;
  #isDead = false;

  constructor(collections: Collections) {
    const entries = Object.entries(collections).map(([name, collection]) => [name, this.#watched(collection)]);
    this.collections = Object.fromEntries(entries) as unknown as Collections;
  }

  /** Fails the nth command from here, counted from 1; of `half`, the nth that inserts. */
  sabotage(nth: number, moment: Moment): void {
    this.#fault = { nth, moment };
  }

  /** @returns whether the fault has happened */
  heal(): boolean {
    const happened = this.#isDead;
    this.#fault = undefined;
    this.#isDead = false;
    return happened;
  }

  #watched<Target extends object>(target: Target): Target {
    return new Proxy(target, {
      get: (inner, name) => {
        const value: unknown = Reflect.get(inner, name);
        if (typeof value !== 'function') return value;
        const call: Call = value.bind(inner);
        if (COMMANDS.includes(String(name))) return (...args: unknown[]) => this.#command(String(name), call, args);
        if (['find', 'sort', 'limit', 'project'].includes(String(name))) {
          return (...args: unknown[]) => this.#watched(call(...args) as object);
        }
        return call;
      },
    });
  }

  async #command(name: string, call: Call, args: unknown[]): Promise<unknown> {
    const outcome = this.#outcomeOf(name);
    if (outcome === 'dead') throw new Error('sabotaged');
    if (outcome === 'half') {
      const [rows, ...options] = args;
      if (Array.isArray(rows) && rows.length > 1) await call(rows.slice(0, rows.length / 2), ...options);
      throw new Error('sabotaged');
    }
    const result = await call(...args);
    if (outcome === 'after') throw new Error('sabotaged');
    return result;
  }

  #outcomeOf(name: string): Moment | 'dead' | 'alive' {
    if (this.#isDead) return 'dead';
    const fault = this.#fault;
    if (fault === undefined || (fault.moment === 'half' && name !== 'insertMany')) return 'alive';
    if (--fault.nth > 0) return 'alive';
    this.#isDead = true;
    return fault.moment;
  }
}
