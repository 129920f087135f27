import { afterEach } from 'vitest';

const tasks: (() => unknown)[] = [];

afterEach(async () => {
  for (const task of tasks.splice(0).reverse()) await task();
});

/** Runs when the test has ended, the latest first. */
export function atEnd(task: () => unknown): void {
  tasks.push(task);
}
