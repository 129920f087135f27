import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('reaper.mjs', import.meta.url));

let child: ChildProcess | undefined;

function tell(line: string): void {
  // A session of its own, so that what kills the tests' process group spares it.
  child ??= spawn(process.execPath, [PROGRAM], { detached: true, stdio: ['pipe', 'ignore', 'inherit'] });
  child.unref();
  child.stdin?.write(`${line}\n`);
}

/** `process PID SIGNAL`, ended with all that it started; or `folder PATH`, removed. */
export type Left = `process ${number} ${NodeJS.Signals}` | `folder ${string}`;

/** Has it cleaned up when this process is gone, however it ends. */
export function reapLater(left: Left): void {
  tell(`+${left}`);
}

/** It is gone already. */
export function reapNoMore(left: Left): void {
  tell(`-${left}`);
}
