import type { Collections } from '../../../src/infrastructure/stores/mongodb/collections.ts';

/** Where a command fails: before it begins, after the first half of the rows it inserts, or when its answer is lost. */
export type Moment = 'before' | 'half' | 'after';

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

  /** Fails the nth command from here, counted from 1. */
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
        if (COMMANDS.includes(String(name))) return (...args: unknown[]) => this.#command(call, args);
        if (['find', 'sort', 'limit', 'project'].includes(String(name))) {
          return (...args: unknown[]) => this.#watched(call(...args) as object);
        }
        return call;
      },
    });
  }

  async #command(call: Call, args: unknown[]): Promise<unknown> {
    const moment = this.#momentOf();
    if (moment === 'before') throw new Error('sabotaged');
    const [rows, ...options] = args;
    if (moment === 'half' && Array.isArray(rows)) {
      if (rows.length > 1) await call(rows.slice(0, rows.length / 2), ...options);
      throw new Error('sabotaged');
    }
    const result = await call(...args);
    if (moment !== undefined) throw new Error('sabotaged');
    return result;
  }

  #momentOf(): Moment | undefined {
    if (this.#isDead) return 'before';
    if (this.#fault === undefined || --this.#fault.nth > 0) return undefined;
    this.#isDead = true;
    return this.#fault.moment;
  }
}
