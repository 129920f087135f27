/** Milliseconds of work between two turns of the event loop: what others may have to wait for. */
const BUDGET = 8;

/**
 * Takes long work step by step, so that sockets are read and timers run meanwhile.
 * @param steps each `next()` takes a few milliseconds at most
 * @throws what `steps` throws
 */
export async function inSteps<Result>(steps: Generator<undefined, Result>): Promise<Result> {
  for (;;) {
    const until = performance.now() + BUDGET;
    do {
      const step = steps.next();
      if (step.done === true) return step.value;
    } while (performance.now() < until);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
