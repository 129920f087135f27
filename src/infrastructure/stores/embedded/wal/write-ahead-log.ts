import { MAX_PAYLOAD_BYTES } from './frame-codec.ts';
import type { SegmentFiles } from './segment-files.ts';
import { segmentPath } from './segment-names.ts';
import { SegmentWriter } from './segment-writer.ts';

/** Where the log goes on. */
export interface LogEnd {
  /** The number of the next segment. */
  readonly number: number;
  /** Where the segment before it ends; 0 where there is none. */
  readonly previousEnd: number;
}

/**
 * The files that commits are written to first, each commit as one frame with one sync. A frame follows the one before
 * it, in segments that follow one another. Calls must not overlap.
 */
export class WriteAheadLog {
  readonly #files: SegmentFiles;
  readonly #directory: string;
  readonly #segmentBytes: number;
  #segment: SegmentWriter | undefined;
  #next: LogEnd;
  /** The lowest number whose file may exist. */
  #oldest: number;
  /** Settles when the segments that are sealed are closed. */
  #closed: Promise<unknown> = Promise.resolve();

  /** A segment takes no frame that would end behind `segmentBytes`, unless it is the only one in it. */
  constructor(files: SegmentFiles, directory: string, segmentBytes: number, oldest: number, end: LogEnd) {
    this.#files = files;
    this.#directory = directory;
    this.#segmentBytes = segmentBytes;
    this.#oldest = oldest;
    this.#next = end;
  }

  /** Resolves when a frame with `payload` is on disk. Rejects when it is not part of the log, and never will be. */
  async write(payload: readonly Uint8Array[]): Promise<void> {
    const bytes = payload.reduce((sum, { length }) => sum + length, 0);
    if (bytes > MAX_PAYLOAD_BYTES) throw new RangeError(`A commit of ${bytes} bytes is too large.`);
    const segment = await this.#segmentFor(bytes);
    try {
      await segment.append(payload, bytes);
    } catch (error) {
      await this.#giveUp(segment);
      throw error;
    }
  }

  /** Whether there is no file. */
  get isEmpty(): boolean {
    return this.#segment === undefined && this.#oldest >= this.#next.number;
  }

  /** Frames from here on go to segments from the returned number on; everything before is in those below it. */
  roll(): number {
    this.#seal();
    return this.#next.number;
  }

  /** Removes the segments below `number`. One that cannot be removed is tried again with the next call. */
  async removeBefore(number: number): Promise<void> {
    await this.#closed;
    while (this.#oldest < number) {
      await this.#files.remove(segmentPath(this.#directory, this.#oldest));
      this.#oldest++;
    }
  }

  async close(): Promise<void> {
    this.#seal();
    await this.#closed;
  }

  async #segmentFor(bytes: number): Promise<SegmentWriter> {
    const current = this.#segment;
    if (current !== undefined && !current.isEmpty && current.endWith(bytes) > this.#segmentBytes) this.#seal();
    this.#segment ??= await SegmentWriter.create(this.#files, this.#directory, this.#next);
    return this.#segment;
  }

  #seal(): void {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#segment = undefined;
    this.#next = { number: segment.number + 1, previousEnd: segment.end };
    // A failure loses nothing: every frame in it is on disk already.
    this.#closed = Promise.allSettled([this.#closed, segment.close()]);
  }

  /**
   * After a failed write nobody knows what the disk holds behind the last frame, and whether the system will tell the
   * truth about this file again (a sync after a failed one may succeed without having written). So the next segment
   * takes over, and says where this one ends.
   */
  async #giveUp(segment: SegmentWriter): Promise<void> {
    const { number, previousEnd } = this.#next;
    this.#seal();
    if (!segment.isEmpty) return;
    await this.#closed;
    // Otherwise a disk that stays full would gather a file with each try.
    const removed = await this.#files.remove(segment.path).then(
      () => true,
      () => false,
    );
    if (removed) this.#next = { number, previousEnd };
  }
}
