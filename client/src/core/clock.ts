/** The time, and what runs on it; a test hands in its own. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Runs `task` once after `delay` milliseconds unless stopped. */
  after(delay: number, task: () => void): Timer;
}

export interface Timer {
  stop(): void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  after: (delay, task) => {
    const timer = setTimeout(task, delay);
    return { stop: () => clearTimeout(timer) };
  },
};
