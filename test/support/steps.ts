/** Runs a computation in steps to its end. @throws Error after `most` steps */
export function finished<T>(steps: Generator<unknown, T>, most = Number.POSITIVE_INFINITY): T {
  for (let step = 0; step < most; step++) {
    const { done, value } = steps.next();
    if (done === true) return value as T;
  }
  throw new Error(`not done after ${most} steps`);
}
