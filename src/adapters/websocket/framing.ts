/** RFC 6455, section 5.2: FIN is set, no extension bits; a server never masks. */
const FIRST_BYTE = { text: 0x81, binary: 0x82 } as const;

/** Kind of data a frame carries; text must be UTF-8 already. */
export type FrameOpcode = keyof typeof FIRST_BYTE;

/** Longest payload whose length fits the 7 bits of the second byte; 126 and 127 there announce 16 and 64 bits. */
const MAX_7_BIT = 125;
const MAX_16_BIT = 0xffff;

/** One whole message as one unmasked, final RFC 6455 frame: header and payload in a buffer of its own. */
export function serverFrame(payload: Uint8Array, opcode: FrameOpcode): Buffer {
  const frame = Buffer.allocUnsafe(frameSize(payload.length));
  writeFrame(frame, 0, payload, opcode);
  return frame;
}

/**
 * One frame for each payload, in order, in one buffer made by one allocation: what a tick has for a socket leaves in one
 * write, while each message keeps its own frame. No payloads make an empty buffer.
 */
export function concatFrames(payloads: readonly Uint8Array[], opcode: FrameOpcode): Buffer {
  let size = 0;
  for (const payload of payloads) size += frameSize(payload.length);
  const frames = Buffer.allocUnsafe(size);
  let offset = 0;
  for (const payload of payloads) offset = writeFrame(frames, offset, payload, opcode);
  return frames;
}

/** Bytes that a frame with a payload of `length` bytes takes on the wire. */
export function frameSize(length: number): number {
  return length + (length <= MAX_7_BIT ? 2 : length <= MAX_16_BIT ? 4 : 10);
}

/** Writes a frame at `offset` and returns the offset behind it. */
function writeFrame(target: Buffer, offset: number, payload: Uint8Array, opcode: FrameOpcode): number {
  const at = writeFrameHeader(target, offset, payload.length, opcode);
  target.set(payload, at);
  return at + payload.length;
}

/** Writes the header of a frame whose payload has `length` bytes, and returns the offset behind it. */
export function writeFrameHeader(target: Buffer, offset: number, length: number, opcode: FrameOpcode): number {
  target[offset] = FIRST_BYTE[opcode];
  if (length <= MAX_7_BIT) {
    target[offset + 1] = length;
  } else if (length <= MAX_16_BIT) {
    target[offset + 1] = 126;
    target.writeUInt16BE(length, offset + 2);
  } else {
    target[offset + 1] = 127;
    target.writeBigUInt64BE(BigInt(length), offset + 2);
  }
  return offset + frameSize(length) - length;
}
