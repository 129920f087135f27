import { setImmediate as nextTick } from 'node:timers/promises';

/**
 * How many updates of one writer may be under way: written, and not yet seen by the slowest reader. It bounds the queues.
 * It also bounds how many updates a server that merges or batches can put into one write, and so decides its cost: with
 * no window hocuspocus merges two thousand updates a frame, and with this one about as many as there were in the
 * measurements that the targets come from.
 */
const WINDOW = 40;
const DRAIN_SECONDS = 60;

/**
 * @typedef {object} Writer
 * @property {(from: number, to: number) => void} write these updates, by their number
 * @property {() => number} seen how many of its updates the slowest reader has
 * @property {() => number} acknowledged
 */

/**
 * Writers that type as fast as the readers of the same document follow.
 * @param {Writer[]} writers
 * @param {() => void} check throws where something was lost
 */
export function saturation(writers, check) {
  let wake = () => {};
  const sent = new Array(writers.length).fill(0);
  const total = () => sent.reduce((a, b) => a + b, 0);
  const fill = (index) => {
    const limit = writers[index].seen() + WINDOW;
    if (sent[index] >= limit) return;
    writers[index].write(sent[index], limit);
    sent[index] = limit;
  };
  const isDrained = () => writers.every((writer, i) => writer.seen() === sent[i] && writer.acknowledged() >= sent[i]);
  /** Resolves in the tick after the next data. Many frames of one tick wake once. */
  const moved = async (deadline) => {
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, deadline - performance.now()));
      wake = () => {
        clearTimeout(timer);
        wake = () => {};
        resolve(undefined);
      };
    });
    await nextTick();
  };

  return {
    /** To be called when anything has come. */
    onData: () => wake(),
    /** Types for `ms`, then waits for the last reader and the last acknowledgement. Returns the updates written. */
    async typeFor(ms) {
      const before = total();
      const stopAt = performance.now() + ms;
      while (performance.now() < stopAt) {
        for (let i = 0; i < writers.length; i++) fill(i);
        await moved(stopAt);
      }
      const giveUpAt = performance.now() + DRAIN_SECONDS * 1000;
      while (!isDrained()) {
        check();
        if (performance.now() > giveUpAt) throw new Error(`not delivered or acknowledged within ${DRAIN_SECONDS} s`);
        await moved(performance.now() + 100);
      }
      check();
      return total() - before;
    },
  };
}
