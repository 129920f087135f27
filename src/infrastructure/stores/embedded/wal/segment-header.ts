import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';

/** What stands at the start of a segment file. */
export interface SegmentHeader {
  /** Counts the segments a data directory ever had, from 1; part of the file's name. */
  readonly number: number;
  /** Where the segment before this one ends: nothing that lies behind it belongs to the log. 0 where there is none. */
  readonly previousEnd: number;
  /** 8 random bytes; the checksums of the frames cover them, so that nobody can write bytes that pass for a frame. */
  readonly salt: Uint8Array;
}

export const SEGMENT_HEADER_BYTES = 32;
/** "YWAL" and the format version. */
const MAGIC = 0x5957_4101;
const FIELD = { magic: 0, checksum: 4, number: 8, previousEnd: 16, salt: 24 } as const;

/** Magic (4), checksum of what follows it (4), number (8), end of the segment before (8), salt (8); big-endian. */
export function encodeSegmentHeader({ number, previousEnd, salt }: SegmentHeader): Uint8Array {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  bytes.writeUInt32BE(MAGIC, FIELD.magic);
  bytes.writeBigUInt64BE(BigInt(number), FIELD.number);
  bytes.writeBigUInt64BE(BigInt(previousEnd), FIELD.previousEnd);
  bytes.set(salt, FIELD.salt);
  bytes.writeUInt32BE(crc32(bytes.subarray(FIELD.number)), FIELD.checksum);
  return bytes;
}

/** The header of the segment file `number`; `undefined` where its first bytes are not that. */
export function decodeSegmentHeader(file: Uint8Array, number: number): SegmentHeader | undefined {
  if (file.length < SEGMENT_HEADER_BYTES) return undefined;
  const bytes = Buffer.from(file.buffer, file.byteOffset, SEGMENT_HEADER_BYTES);
  if (bytes.readUInt32BE(FIELD.magic) !== MAGIC) return undefined;
  if (bytes.readUInt32BE(FIELD.checksum) !== crc32(bytes.subarray(FIELD.number))) return undefined;
  if (bytes.readBigUInt64BE(FIELD.number) !== BigInt(number)) return undefined;
  const previousEnd = Number(bytes.readBigUInt64BE(FIELD.previousEnd));
  return { number, previousEnd, salt: Uint8Array.from(bytes.subarray(FIELD.salt)) };
}
