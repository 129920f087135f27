import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The file of a segment. */
export function segmentPath(directory: string, number: number): string {
  return join(directory, `wal-${number}.log`);
}

/** The numbers of the segment files in a directory, ascending. */
export function segmentNumbers(directory: string): number[] {
  const numbers = readdirSync(directory).flatMap((name) => {
    const [, digits] = /^wal-([1-9]\d{0,14})\.log$/.exec(name) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
  return numbers.sort((a, b) => a - b);
}
