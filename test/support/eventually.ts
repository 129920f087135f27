import { setImmediate as nextTurn } from 'node:timers/promises';

const DEADLINE = 8_000;

/** Asks again and again until `ask` answers true; what it waits for gets its turn in between. */
export async function eventually(what: string, ask: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + DEADLINE;
  while (!(await ask())) {
    if (Date.now() > end) throw new Error(`It never came to ${what}`);
    await nextTurn();
  }
}
