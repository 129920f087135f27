import type { UpdateLog } from '../../src/domain/repositories/update-log.ts';

export type LogMethod = keyof UpdateLog;

/**
 * `before`: the call fails and changes nothing. `after`: it takes effect and fails then, as when an answer is lost.
 */
export type FaultMoment = 'before' | 'after';

export interface Fault {
  readonly method: LogMethod;
  /** Which call fails, counted from 1 and from when the fault was set; `all` fails every one until `heal`. */
  readonly nth: number | 'all';
  /** `before` where it is left out. */
  readonly moment?: FaultMoment;
  /** What the call rejects with. */
  readonly error?: Error;
}

/** The error a sabotaged call rejects with where the fault names none. */
class SabotageError extends Error {
  constructor(method: LogMethod) {
    super(`${method} was sabotaged`);
    this.name = 'SabotageError';
  }
}

/** An UpdateLog that fails on demand, and otherwise passes on what it is told. */
export class SabotagedLog implements UpdateLog {
  readonly #log: UpdateLog;
  #faults: { fault: Fault; seen: number }[] = [];
  #calls: LogMethod[] = [];

  constructor(log: UpdateLog, faults: readonly Fault[] = []) {
    this.#log = log;
    for (const fault of faults) this.sabotage(fault);
  }

  sabotage(fault: Fault): void {
    this.#faults.push({ fault, seen: 0 });
  }

  /** Takes all faults away. */
  heal(): void {
    this.#faults = [];
  }

  /** How often a method was called, failed calls included. */
  calls(method: LogMethod): number {
    return this.#calls.filter((called) => called === method).length;
  }

  append(...args: Parameters<UpdateLog['append']>): Promise<void> {
    return this.#run('append', () => this.#log.append(...args));
  }

  load(...args: Parameters<UpdateLog['load']>): ReturnType<UpdateLog['load']> {
    return this.#run('load', () => this.#log.load(...args));
  }

  compact(...args: Parameters<UpdateLog['compact']>): Promise<void> {
    return this.#run('compact', () => this.#log.compact(...args));
  }

  delete(...args: Parameters<UpdateLog['delete']>): Promise<void> {
    return this.#run('delete', () => this.#log.delete(...args));
  }

  list(...args: Parameters<UpdateLog['list']>): ReturnType<UpdateLog['list']> {
    return this.#run('list', () => this.#log.list(...args));
  }

  close(): Promise<void> {
    return this.#run('close', () => this.#log.close());
  }

  async #run<Result>(method: LogMethod, call: () => Promise<Result>): Promise<Result> {
    this.#calls.push(method);
    const fault = this.#nextFault(method);
    if (fault !== undefined && fault.moment !== 'after') throw fault.error ?? new SabotageError(method);
    const result = await call();
    if (fault !== undefined) throw fault.error ?? new SabotageError(method);
    return result;
  }

  #nextFault(method: LogMethod): Fault | undefined {
    let hit: Fault | undefined;
    for (const entry of this.#faults) {
      if (entry.fault.method !== method) continue;
      entry.seen += 1;
      if (entry.fault.nth === 'all' || entry.fault.nth === entry.seen) hit ??= entry.fault;
    }
    return hit;
  }
}
