/** The time, and what runs on it; a test hands in its own. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Runs `task` every `interval` milliseconds until stopped; does not keep the process alive. */
  every(interval: number, task: () => void): Timer;
  /** Runs `task` once after `delay` milliseconds unless stopped; keeps the process alive until then. */
  after(delay: number, task: () => void): Timer;
}

export interface Timer {
  stop(): void;
}
