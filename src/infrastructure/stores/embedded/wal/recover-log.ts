import { readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { LogEntry } from './entry-codec.ts';
import { DamagedSegment, readHeader, readLast, readSealed } from './read-segment.ts';
import type { SegmentHeader } from './segment-header.ts';
import { segmentNumbers, segmentPath } from './segment-names.ts';
import type { LogEnd } from './write-ahead-log.ts';

export interface RecoveredLog {
  /** In the order in which they were written. */
  readonly entries: readonly LogEntry[];
  readonly end: LogEnd;
}

interface Segment {
  readonly path: string;
  readonly file: Buffer;
  readonly header: SegmentHeader;
}

/**
 * Reads the segments of a directory from the number `start` on. Those below it are removed: the database has what they
 * hold. Where there are none from it on, the log is empty: a copy of the database alone opens as of its last checkpoint.
 * @throws Error that names the file, the place and the way out, when something that was acknowledged cannot be read
 */
export function recoverLog(directory: string, start: number): RecoveredLog {
  const numbers = segmentNumbers(directory);
  for (const number of numbers) if (number < start) rmSync(segmentPath(directory, number), { force: true });
  const present = numbers.filter((number) => number >= start);
  checkComplete(directory, start, present);
  const segments = present.flatMap((number) => openSegment(directory, number, present.at(-1) === number));
  const entries: LogEntry[] = [];
  let end: LogEnd = { number: start, previousEnd: 0 };
  for (const [at, segment] of segments.entries()) {
    const read = readSegment(segment, segments[at + 1]?.header);
    for (const entry of read.entries) entries.push(entry);
    end = { number: segment.header.number + 1, previousEnd: read.end };
  }
  return { entries, end };
}

function checkComplete(directory: string, start: number, present: readonly number[]): void {
  const missing = present.findIndex((number, at) => number !== start + at);
  if (missing < 0) return;
  const path = segmentPath(directory, start + missing);
  throw new Error(
    `The write-ahead log ${path} is missing, and ${present.length - missing} that follow it are there. Put it back from ` +
      'a backup; to go on without what they hold, move the files that follow it out of the folder.',
  );
}

function openSegment(directory: string, number: number, isLast: boolean): Segment[] {
  const path = segmentPath(directory, number);
  const file = readFileSync(path);
  const header = orExplain(path, () => readHeader(file, number));
  if (header !== undefined) return [{ path, file, header }];
  if (!isLast) throw explained(path, new DamagedSegment(0, 'its header is not readable'));
  rmSync(path);
  return [];
}

function readSegment({ path, file, header }: Segment, next: SegmentHeader | undefined) {
  return orExplain(path, () =>
    next === undefined
      ? readLast(header, file)
      : { entries: readSealed(header, file, next.previousEnd), end: next.previousEnd },
  );
}

function orExplain<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof DamagedSegment ? explained(path, error) : error;
  }
}

function explained(path: string, damage: DamagedSegment): Error {
  return new Error(
    `The write-ahead log ${path} is damaged at byte ${damage.offset}: ${damage.message}. Acknowledged updates are lost; ` +
      'restore the folder from a backup. To go on without them and all that came after, cut the file there ' +
      `(truncate -s ${damage.offset} ${basename(path)}) and move wal files with higher numbers out of the folder.`,
    { cause: damage },
  );
}
