// Preloaded into every server (`--import`), ours and the peers alike: answers the bench's questions about memory, and
// ends the server when the bench is gone, however it went.
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.send !== undefined) {
  process.on('message', (question) => {
    if (question === 'memory') {
      globalThis.gc?.();
      globalThis.gc?.();
    }
    if (question === 'memory' || question === 'usage') {
      const { user, system } = process.cpuUsage();
      const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
      process.send?.({ bench: question, cpuMs: (user + system) / 1000, rss, heapUsed, external, arrayBuffers });
    }
  });
  process.on('disconnect', () => process.exit(0));
  process.channel?.unref();
}
