import type { Clock, Timer } from '../../application/ports/clock.ts';

/** The machine's clock. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  every(interval: number, task: () => void): Timer {
    const timer = setInterval(task, interval).unref();
    return { stop: () => clearInterval(timer) };
  }

  after(delay: number, task: () => void): Timer {
    const timer = setTimeout(task, delay);
    return { stop: () => clearTimeout(timer) };
  }
}
