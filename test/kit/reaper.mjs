// Outlives the tests: when the process that started it is gone, however it ended, it ends and removes what that left
// behind. Told by lines on its input: `+process PID SIGNAL`, `-process PID SIGNAL`, `+folder PATH`, `-folder PATH`.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { endTree } from './process-tree.mjs';

const left = { process: new Set(), folder: new Set() };
for await (const line of createInterface({ input: process.stdin })) {
  const [, sign, kind, value] = /^([+-])(process|folder) (.+)$/.exec(line) ?? [];
  if (sign === '+') left[kind].add(value);
  if (sign === '-') left[kind].delete(value);
}
for (const value of left.process) {
  const [pid, signal] = value.split(' ');
  endTree(Number(pid), signal);
}
for (const folder of left.folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
