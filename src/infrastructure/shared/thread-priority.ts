import { setPriority } from 'node:os';

/** `nice` of a thread that works on whole documents: the event loop gets nine tenths of a core that they share. */
const BEHIND_OTHERS = 10;

/** Called in a thread: it steps back behind the event loop, where both need the same core. */
export function stepBack(): void {
  // Elsewhere it would be the priority of the whole process: setpriority(2) of Linux takes threads.
  if (process.platform !== 'linux') return;
  try {
    setPriority(BEHIND_OTHERS);
  } catch {
    // A container may forbid it; then the threads share evenly.
  }
}
