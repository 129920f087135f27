// Preloaded into every server (`--import`), ours and the peers alike: answers the bench's questions about memory and about
// the event loop, and ends the server when the bench is gone, however it went.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 1;
/** @type {import('node:perf_hooks').IntervalHistogram | undefined} only where somebody asks: it wakes the loop all the time */
let delays;

/** @returns {number} the longest time that the event loop did not turn since this was last asked, in milliseconds */
function longestBlock() {
  const longest = delays === undefined ? 0 : Math.max(0, delays.max / 1e6 - RESOLUTION_MS);
  delays ??= monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  delays.reset();
  return longest;
}

function usage() {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { cpuMs: (user + system) / 1000, rss, heapUsed, external, arrayBuffers };
}

if (isMainThread && process.send !== undefined) {
  const answer = (question, what) => process.send?.({ bench: question, ...what });
  process.on('message', (question) => {
    if (question === 'memory') {
      globalThis.gc?.();
      globalThis.gc?.();
    }
    if (question === 'memory' || question === 'usage') answer(question, usage());
    // A block that this very turn of the loop holds is recorded by the next turn's timers.
    if (question === 'block') setTimeout(() => answer(question, { ms: longestBlock() }), 10 * RESOLUTION_MS);
  });
  process.on('disconnect', () => process.exit(0));
  process.channel?.unref();
}
