import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import type { SegmentHeader } from './segment-header.ts';

/** Length of the payload (4), checksum of the payload (4), checksum of these two (4); big-endian. */
const HEADER_BYTES = 12;
/** Frames start at multiples of this; zeros fill what is left between them. */
const ALIGNMENT = 8;
/** Longest payload of a frame: what one read of a file can return. */
export const MAX_PAYLOAD_BYTES = 1024 ** 3;

/** Which segment a frame is in. */
type Segment = Pick<SegmentHeader, 'number' | 'salt'>;

/** A frame found in a file, or why there is none at this place. */
export type FrameAt =
  | { readonly kind: 'frame'; readonly payload: Uint8Array; readonly end: number }
  | { readonly kind: 'none' };

/** Bytes that a frame takes in a file. */
export function frameLength(payloadBytes: number): number {
  return Math.ceil((HEADER_BYTES + payloadBytes) / ALIGNMENT) * ALIGNMENT;
}

/**
 * The bytes of a frame at `offset`, in pieces, without a copy of the payload. Both checksums also cover the segment's
 * salt and number and the offset: bytes that were written elsewhere, or earlier, are no frame here.
 */
export function encodeFrame(segment: Segment, offset: number, payload: readonly Uint8Array[]): Uint8Array[] {
  const length = payload.reduce((sum, { length: bytes }) => sum + bytes, 0);
  const place = crcOfPlace(segment, offset);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(length, 0);
  header.writeUInt32BE(
    payload.reduce((crc, bytes) => crc32(bytes, crc), place),
    4,
  );
  header.writeUInt32BE(crc32(header.subarray(0, 8), place), 8);
  const padding = Buffer.alloc(frameLength(length) - HEADER_BYTES - length);
  return [header, ...payload, padding];
}

/** The frame at `offset` of a segment's bytes. Its payload is a view of them. */
export function decodeFrame(segment: Segment, file: Buffer, offset: number): FrameAt {
  if (offset + HEADER_BYTES > file.length) return NONE;
  const length = file.readUInt32BE(offset);
  const end = offset + frameLength(length);
  if (length === 0 || end > file.length) return NONE;
  const place = crcOfPlace(segment, offset);
  if (file.readUInt32BE(offset + 8) !== crc32(file.subarray(offset, offset + 8), place)) return NONE;
  const payload = file.subarray(offset + HEADER_BYTES, offset + HEADER_BYTES + length);
  return file.readUInt32BE(offset + 4) === crc32(payload, place) ? { kind: 'frame', payload, end } : NONE;
}

/** Where the next whole frame behind `offset` starts, if there is one. */
export function findFrameBehind(segment: Segment, file: Buffer, offset: number): number | undefined {
  for (let at = offset + ALIGNMENT; at < file.length; at += ALIGNMENT) {
    if (decodeFrame(segment, file, at).kind === 'frame') return at;
  }
  return undefined;
}

const NONE: FrameAt = { kind: 'none' };

function crcOfPlace({ number, salt }: Segment, offset: number): number {
  const place = Buffer.alloc(salt.length + 16);
  place.set(salt);
  place.writeBigUInt64BE(BigInt(number), salt.length);
  place.writeBigUInt64BE(BigInt(offset), salt.length + 8);
  return crc32(place);
}
