import { Counter, type Registry } from 'prom-client';

/**
 * A counter with one label that counts in plain numbers: prom-client's own hashes its labels at each call, and an event is
 * one for each update.
 * @param known values that are shown from the start, at 0, so that an alert has something to compare with
 * @returns counts one of a value
 */
export function countByLabel(
  registers: Registry[],
  name: string,
  help: string,
  label: string,
  known: readonly string[] = [],
): (value: string) => void {
  const counts = new Map<string, number>(known.map((value) => [value, 0]));
  new Counter({
    name,
    help,
    labelNames: [label],
    registers,
    collect() {
      this.reset();
      for (const [value, count] of counts) this.inc({ [label]: value }, count);
    },
  });
  return (value) => {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  };
}
