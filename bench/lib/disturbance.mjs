import { availableParallelism } from 'node:os';
import { cpuMs, hasProc, machineBusyMs } from './usage.mjs';

/** How much of the machine other programs took while a scenario ran: what its figures are worth. */
export class Disturbance {
  #start = performance.now();
  #busy = hasProc ? machineBusyMs() : 0;
  #own = process.cpuUsage();
  #children = 0;

  /** @param {import('node:child_process').ChildProcess} child one of ours, still alive */
  account(child) {
    if (hasProc && child.pid !== undefined) this.#children += cpuMs(child.pid);
  }

  /** @returns {number} 0 is a quiet machine, 1 one that did nothing else; NaN where /proc does not tell */
  share() {
    if (!hasProc) return Number.NaN;
    const { user, system } = process.cpuUsage(this.#own);
    const others = machineBusyMs() - this.#busy - this.#children - (user + system) / 1000;
    return Math.max(0, others / ((performance.now() - this.#start) * availableParallelism()));
  }
}
