import type { Buffer } from 'node:buffer';
import { decodeEntries, type LogEntry } from './entry-codec.ts';
import { decodeFrame, findFrameBehind } from './frame-codec.ts';
import { decodeSegmentHeader, SEGMENT_HEADER_BYTES, type SegmentHeader } from './segment-header.ts';

/** Acknowledged updates are lost. `offset` is the first byte of the file that cannot be trusted. */
export class DamagedSegment extends Error {
  readonly offset: number;

  constructor(offset: number, detail: string) {
    super(detail);
    this.name = 'DamagedSegment';
    this.offset = offset;
  }
}

/**
 * The header of a segment's bytes; `undefined` where its file was made and nothing more: the process ended before the
 * header was on disk, and frames come after that.
 * @throws DamagedSegment when there is more than a header that cannot be read
 */
export function readHeader(file: Buffer, number: number): SegmentHeader | undefined {
  const header = decodeSegmentHeader(file, number);
  if (header === undefined && file.subarray(SEGMENT_HEADER_BYTES).some((byte) => byte !== 0)) {
    throw new DamagedSegment(0, 'its header is not readable');
  }
  return header;
}

/**
 * The entries of a segment that is not the last one, whose end its successor knows.
 * @throws DamagedSegment when they do not go on to that end
 */
export function readSealed(segment: SegmentHeader, file: Buffer, end: number): LogEntry[] {
  const { entries, end: readable } = readFrames(segment, file, end);
  if (readable !== end)
    throw new DamagedSegment(readable, `a frame is not readable, and the log goes on to byte ${end}`);
  return entries;
}

/**
 * The entries of the last segment, and where they end. What follows was being written when the process ended, and was
 * never acknowledged.
 * @throws DamagedSegment when a whole frame follows: frames are written one at a time, so all before it were whole once
 */
export function readLast(segment: SegmentHeader, file: Buffer): { entries: LogEntry[]; end: number } {
  const read = readFrames(segment, file, Number.POSITIVE_INFINITY);
  const behind = findFrameBehind(segment, file, read.end);
  if (behind !== undefined) {
    throw new DamagedSegment(read.end, `a frame is not readable, and another one follows at byte ${behind}`);
  }
  return read;
}

function readFrames(segment: SegmentHeader, file: Buffer, until: number): { entries: LogEntry[]; end: number } {
  const entries: LogEntry[] = [];
  let end = SEGMENT_HEADER_BYTES;
  while (end < until) {
    const frame = decodeFrame(segment, file, end);
    if (frame.kind === 'none') break;
    for (const entry of entriesOf(frame.payload, end)) entries.push(entry);
    end = frame.end;
  }
  return { entries, end };
}

function entriesOf(payload: Uint8Array, offset: number): LogEntry[] {
  try {
    return decodeEntries(payload);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new DamagedSegment(offset, `a frame holds what this version does not know: ${detail}`);
  }
}
