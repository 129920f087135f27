import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Clock ticks of /proc/<pid>/stat are 1/100 s on every Linux that Node runs on. */
const MS_PER_TICK = 10;

export const hasProc = existsSync('/proc/self/stat');

/**
 * CPU time (user + system, all threads) that a process has used so far, in milliseconds, in steps of 10 ms.
 * @param {number} pid
 * @returns {number}
 */
export function cpuMs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/**
 * Memory of a process, in bytes: resident now and at its highest, and how much of what is resident now is anonymous, that
 * is, backed by no file.
 * @param {number} pid
 */
export function memoryBytes(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN);
  return { resident: kib('VmRSS') * 1024, peak: kib('VmHWM') * 1024, anonymous: kib('RssAnon') * 1024 };
}

/**
 * Lets `peak` start over from what is resident now.
 * @param {number} pid of this user
 */
export const resetPeak = (pid) => writeFileSync(`/proc/${pid}/clear_refs`, '5');

/**
 * CPU time that all cores of the machine have spent on anything since it started, in milliseconds.
 * @returns {number}
 */
export function machineBusyMs() {
  const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'latin1')
    .split('\n', 1)[0]
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * MS_PER_TICK;
}
