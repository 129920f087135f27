const DEADLINE = 8_000;

/** Asks again and again, each time over the network, until `ask` answers true. */
export async function eventually(what: string, ask: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + DEADLINE;
  while (!(await ask())) {
    if (Date.now() > end) throw new Error(`It never came to ${what}`);
  }
}
