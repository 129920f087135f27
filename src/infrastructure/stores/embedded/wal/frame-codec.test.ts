import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, findFrameBehind, frameLength } from './frame-codec.ts';

const segment = { number: 3, salt: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
const OFFSET = 32;
const PLACE = '0102030405060708' + '0000000000000003' + '0000000000000020';
const payload = Uint8Array.of(0xaa, 0xbb, 0xcc, 0xdd, 0xee);
/** A segment's bytes with one frame in it. */
const file = Buffer.concat([Buffer.alloc(OFFSET), ...encodeFrame(segment, OFFSET, [payload]), Buffer.alloc(40)]);
const END = OFFSET + 24;

describe('frame codec of the write-ahead log', () => {
  it('[LOG14] golden bytes: length, checksum of place and payload, checksum of place and these, payload, zeros', () => {
    const body = crc32(Buffer.from(`${PLACE}aabbccddee`, 'hex'))
      .toString(16)
      .padStart(8, '0');
    const head = crc32(Buffer.from(`${PLACE}00000005${body}`, 'hex'))
      .toString(16)
      .padStart(8, '0');
    const hex = file.subarray(OFFSET, END).toString('hex');
    expect(hex).toBe(`00000005${body}${head}aabbccddee00000000000000`);
    expect(hex).toBe(GOLDEN);
  });

  it('[LOG14] what was encoded is decoded, in whatever pieces it came', () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 5 });
    const numbers = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(pieces, numbers, fc.uint8Array({ minLength: 8, maxLength: 8 }), (list, number, salt) => {
        const bytes = Buffer.concat(encodeFrame({ number, salt }, 0, list));
        const whole = Buffer.concat(list);
        expect(bytes.length).toBe(frameLength(whole.length));
        const frame = decodeFrame({ number, salt }, bytes, 0);
        expect(frame).toMatchObject({ kind: 'frame', end: bytes.length });
        if (frame.kind === 'frame') expect(Buffer.compare(frame.payload, whole)).toBe(0);
      }),
    );
  });

  it('[LOG14] cut at any offset there is no frame', () => {
    for (let end = 0; end < END; end++) expect(decodeFrame(segment, file.subarray(0, end), OFFSET).kind).toBe('none');
    expect(decodeFrame(segment, file.subarray(0, END), OFFSET).kind).toBe('frame');
  });

  it('[LOG14] with any bit flipped there is no frame', () => {
    for (let bit = OFFSET * 8; bit < (OFFSET + 12 + payload.length) * 8; bit++) {
      const flipped = Buffer.from(file);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(decodeFrame(segment, flipped, OFFSET).kind).toBe('none');
    }
  });

  it('[LOG14] what was written at another place, in another segment or by somebody else is no frame', () => {
    const moved = Buffer.concat([Buffer.alloc(8), file]);
    expect(decodeFrame(segment, moved, OFFSET + 8).kind).toBe('none');
    expect(decodeFrame({ ...segment, number: 4 }, file, OFFSET).kind).toBe('none');
    expect(decodeFrame({ ...segment, salt: new Uint8Array(8) }, file, OFFSET).kind).toBe('none');
  });

  it('[LOG15] a frame behind a place is found, and zeros and arbitrary bytes are none', () => {
    expect(findFrameBehind(segment, file, 0)).toBe(OFFSET);
    expect(findFrameBehind(segment, file, OFFSET)).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(findFrameBehind(segment, Buffer.from(bytes), 0)).toBeUndefined();
      }),
    );
  });
});

/** Logs on disks have this form: where it changes, the segment's format version does. */
const GOLDEN = '00000005b3711e669acc34a5aabbccddee00000000000000';
