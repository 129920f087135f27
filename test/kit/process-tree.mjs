import { execFileSync } from 'node:child_process';

const PATIENCE_MS = 3_000;

/**
 * A process and its descendants that run, parents first.
 * @param {number} root
 * @returns {number[]}
 */
export function processTree(root) {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state]) => !state.startsWith('Z'));
  const tree = rows.map(([pid]) => Number(pid)).filter((pid) => pid === root);
  for (const parent of tree) for (const [pid, ppid] of rows) if (Number(ppid) === parent) tree.push(Number(pid));
  return tree;
}

/**
 * Parents first: one that is stopped starts no child behind our back.
 * @param {number} root
 * @param {NodeJS.Signals} signal
 */
export function signalTree(root, signal) {
  for (const pid of processTree(root)) send(pid, signal);
}

/**
 * Ends a process with all it has started, and returns when none of it runs any more.
 * @param {number} root
 * @param {NodeJS.Signals} signal what the process itself gets first; when it is still there after 3 seconds, SIGKILL
 */
export function endTree(root, signal) {
  signalTree(root, 'SIGSTOP');
  const pids = processTree(root);
  if (signal !== 'SIGKILL') {
    send(root, signal);
    signalTree(root, 'SIGCONT');
    const end = Date.now() + PATIENCE_MS;
    while (processTree(root).length > 0 && Date.now() < end);
  }
  for (const pid of pids) send(pid, 'SIGKILL');
  while (pids.some((pid) => processTree(pid).length > 0));
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
