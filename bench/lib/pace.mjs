import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from './statistics.mjs';

/**
 * Calls `send(i)` for i = 0, 1, … at a steady rate: what is due is sent each millisecond, and a late timer is made up for.
 * @param {number} perSecond
 * @param {number} count
 * @param {(index: number) => void} send
 */
export async function pace(perSecond, count, send) {
  const start = performance.now();
  let sent = 0;
  while (sent < count) {
    const due = Math.min(count, Math.floor(((performance.now() - start) / 1000) * perSecond) + 1);
    while (sent < due) send(sent++);
    await delay(1);
  }
}

/** Times from writing an update to its arrival, in milliseconds, in a buffer of fixed size. */
export class Latencies {
  #values;
  #count = 0;

  /** @param {number} capacity what comes beyond it is not recorded */
  constructor(capacity) {
    this.#values = new Float64Array(capacity);
  }

  /** @param {number} ms */
  add(ms) {
    if (this.#count < this.#values.length) this.#values[this.#count++] = ms;
  }

  get count() {
    return this.#count;
  }

  clear() {
    this.#count = 0;
  }

  longest() {
    return percentile(this.#values.subarray(0, this.#count), 1);
  }

  summary() {
    const values = this.#values.subarray(0, this.#count);
    return { p50: percentile(values, 0.5), p99: percentile(values, 0.99) };
  }
}

/**
 * Waits for a condition, looking every 5 ms.
 * @param {number} seconds
 * @param {() => boolean} isTrue
 * @param {string} what
 */
export async function until(seconds, isTrue, what) {
  const giveUpAt = performance.now() + seconds * 1000;
  while (!isTrue()) {
    if (performance.now() > giveUpAt) throw new Error(`${what}: not within ${seconds} s`);
    await delay(5);
  }
}
