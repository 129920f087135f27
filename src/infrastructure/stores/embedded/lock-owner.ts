import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * Who holds a lock file. A process id alone names nobody: it is given out again, after a restart of the machine and,
 * in a container, at every start. Where /proc exists, the start time and the boot id tell the processes apart.
 */
export interface LockOwner {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat, in clock ticks since boot; null where there is no /proc. */
  readonly started: string | null;
  /** /proc/sys/kernel/random/boot_id; null where there is no /proc. */
  readonly boot: string | null;
  /** Names this one lock, so that it is never mistaken for a later one of the same process. */
  readonly nonce: string;
}

/** This process, with a new nonce. */
export function newOwner(): LockOwner {
  return { pid: process.pid, started: processStat(process.pid)?.started ?? null, boot: bootId(), nonce: randomUUID() };
}

/** The owner in a lock file's text; `undefined` where the text is not one. */
export function parseOwner(text: string): LockOwner | undefined {
  try {
    const { pid, started, boot, nonce }: Partial<Record<keyof LockOwner, unknown>> = JSON.parse(text);
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return undefined;
    if (!isTextOrNull(started) || !isTextOrNull(boot)) return undefined;
    // The nonce becomes part of a file name.
    if (typeof nonce !== 'string' || !/^[0-9a-f-]{36}$/.test(nonce)) return undefined;
    return { pid, started, boot, nonce };
  } catch {
    return undefined;
  }
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

/** Whether the process that made the lock still runs. In doubt it does. */
export function isRunning(owner: LockOwner): boolean {
  const boot = bootId();
  if (owner.boot !== null && boot !== null && owner.boot !== boot) return false;
  const stat = processStat(owner.pid);
  if (stat === undefined) return answersSignals(owner.pid);
  return stat.alive && (owner.started === null || owner.started === stat.started);
}

/** `undefined` where there is no /proc, no such process, or it is hidden from this user. */
function processStat(pid: number): { started: string; alive: boolean } | undefined {
  const stat = readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return undefined;
  // proc(5): field 2, the name, may hold spaces and brackets; field 3, the state, follows its last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  // A zombie was killed, and only its parent has not asked for it yet.
  return started === undefined ? undefined : { started, alive: state !== 'Z' && state !== 'X' };
}

function bootId(): string | null {
  return readOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is one, and it belongs to somebody else.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
