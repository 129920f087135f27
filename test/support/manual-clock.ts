import type { Clock, Timer } from '../../src/application/ports/clock.ts';

interface Task {
  due: number;
  readonly interval: number | undefined;
  readonly run: () => void;
}

/** A clock that stands still until a test advances it. */
export class ManualClock implements Clock {
  #now = 1_700_000_000_000;
  readonly #tasks = new Set<Task>();

  now(): number {
    return this.#now;
  }

  every(interval: number, run: () => void): Timer {
    return this.#add({ due: this.#now + interval, interval, run });
  }

  after(delay: number, run: () => void): Timer {
    return this.#add({ due: this.#now + delay, interval: undefined, run });
  }

  /** Lets `milliseconds` pass: what is due runs in order, at its own time. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = next.due;
      if (next.interval === undefined) this.#tasks.delete(next);
      else next.due += next.interval;
      next.run();
    }
    this.#now = end;
  }

  #add(task: Task): Timer {
    this.#tasks.add(task);
    return { stop: () => this.#tasks.delete(task) };
  }

  #next(end: number): Task | undefined {
    let first: Task | undefined;
    for (const task of this.#tasks) if (task.due <= end && (first === undefined || task.due < first.due)) first = task;
    return first;
  }
}
