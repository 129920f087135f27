import { randomBytes } from 'node:crypto';
import { encodeFrame, frameLength } from './frame-codec.ts';
import type { SegmentFile, SegmentFiles } from './segment-files.ts';
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES, type SegmentHeader } from './segment-header.ts';
import { segmentPath } from './segment-names.ts';

/**
 * Zeros are written ahead of the frames in steps of this. A write into a file that has its size already changes no
 * metadata, and costs a disk that much less.
 */
const STEP_BYTES = 256 * 1024;

/** The segment that frames are appended to, one at a time. */
export class SegmentWriter {
  readonly path: string;
  readonly #file: SegmentFile;
  readonly #header: SegmentHeader;
  #end = SEGMENT_HEADER_BYTES;
  #size = SEGMENT_HEADER_BYTES;
  #growth: 'in steps' | 'with each frame' = 'in steps';

  private constructor(path: string, file: SegmentFile, header: SegmentHeader) {
    this.path = path;
    this.#file = file;
    this.#header = header;
  }

  /** A new file, whose name and header are on disk. Where that fails, no file is left behind if it can be helped. */
  static async create(
    files: SegmentFiles,
    directory: string,
    place: { readonly number: number; readonly previousEnd: number },
  ): Promise<SegmentWriter> {
    const header = { ...place, salt: randomBytes(8) };
    const path = segmentPath(directory, place.number);
    // One that an earlier try left behind, and could not remove. No frame in it was acknowledged.
    await files.remove(path);
    const file = await files.create(path);
    try {
      await file.write([encodeSegmentHeader(header)], 0);
      await files.syncDirectory(directory);
    } catch (error) {
      await Promise.allSettled([file.close(), files.remove(path)]);
      throw error;
    }
    return new SegmentWriter(path, file, header);
  }

  get number(): number {
    return this.#header.number;
  }

  /** Behind the last frame that is on disk. */
  get end(): number {
    return this.#end;
  }

  get isEmpty(): boolean {
    return this.#end === SEGMENT_HEADER_BYTES;
  }

  /** Where the file would end with one more frame. */
  endWith(payloadBytes: number): number {
    return this.#end + frameLength(payloadBytes);
  }

  /** Resolves when the frame is on disk. Where it rejects nobody knows what is: nothing more may be appended. */
  async append(payload: readonly Uint8Array[], payloadBytes: number): Promise<void> {
    const end = this.endWith(payloadBytes);
    if (end > this.#size && this.#growth === 'in steps') await this.#grow(end);
    await this.#file.write(encodeFrame(this.#header, this.#end, payload), this.#end);
    this.#end = end;
    this.#size = Math.max(this.#size, end);
  }

  /** Gives the file back, and the space it does not need. */
  async close(): Promise<void> {
    if (this.#size > this.#end) await this.#file.truncate(this.#end).catch(() => undefined);
    await this.#file.close();
  }

  async #grow(end: number): Promise<void> {
    // A frame that long grows the file itself; writing it twice would cost more than it saves.
    if (end - this.#end > STEP_BYTES) return;
    try {
      await this.#file.write([new Uint8Array(STEP_BYTES)], this.#size);
      this.#size += STEP_BYTES;
    } catch {
      // The disk may have just enough space for the frame; the write of the frame tells.
      this.#growth = 'with each frame';
      await this.#file.truncate(this.#size).catch(() => undefined);
    }
  }
}
