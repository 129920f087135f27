import { cpus, release, totalmem } from 'node:os';
import { pinning } from './processes.mjs';

/** What the figures were measured on, as lines of Markdown. */
export function machine() {
  const cores = cpus();
  return [
    `- ${cores.length} cores, ${cores[0]?.model.trim() ?? 'unknown CPU'}, ${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    `- ${process.platform} ${release()}, Node ${process.version}, all servers and the load under the same`,
    `- ${pinning}`,
    `- ${new Date().toISOString().slice(0, 10)}`,
  ];
}
