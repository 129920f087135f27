import { protocolError, type Violation } from './violation.ts';

/** RFC 6455, section 5.2. */
const CONTINUATION = 0;
export const TEXT = 1;
const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** Two bytes, eight of length, four of masking key. */
export const MAX_HEADER_BYTES = 14;

/** Payload that a control frame may have (RFC 6455, section 5.5). */
export const MAX_CONTROL_PAYLOAD = 125;

const KEY_BYTES = 4;
const UINT32 = 2 ** 32;

/** Bytes of a masked frame's header, by its second byte. */
export function headerBytes(second: number): number {
  const short = second & 0x7f;
  return 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + KEY_BYTES;
}

export function isControl(opcode: number): boolean {
  return opcode >= CLOSE;
}

/**
 * What is wrong with a client's frame, by its first two bytes, where no extension was agreed on.
 * @param isFragmented whether a message was begun and not ended
 */
export function faultOf(first: number, second: number, isFragmented: boolean): Violation | undefined {
  const opcode = first & 0x0f;
  if ((first & 0x70) !== 0) return protocolError('Reserved bits are set.');
  if ((second & 0x80) === 0) return protocolError('Frames of a client must be masked.');
  if (isControl(opcode)) return faultOfControl(opcode, first, second);
  if (opcode > BINARY) return protocolError('The opcode is reserved.');
  if (isFragmented === (opcode === CONTINUATION)) return undefined;
  return protocolError(isFragmented ? 'A message was not ended.' : 'A frame continues nothing.');
}

function faultOfControl(opcode: number, first: number, second: number): Violation | undefined {
  if (opcode > PONG) return protocolError('The opcode is reserved.');
  if ((first & 0x80) === 0) return protocolError('A control frame may not be fragmented.');
  if ((second & 0x7f) > MAX_CONTROL_PAYLOAD) return protocolError('A control frame is too long.');
  return undefined;
}

/** Announced bytes of payload of the header at `at`; past 2^53 not exact. Longer forms than needed are taken too. */
export function payloadLength(bytes: Buffer, at: number): number {
  const short = (bytes[at + 1] ?? 0) & 0x7f;
  if (short < 126) return short;
  if (short === 126) return bytes.readUInt16BE(at + 2);
  return bytes.readUInt32BE(at + 2) * UINT32 + bytes.readUInt32BE(at + 6);
}

/** The masking key of a header that ends at `end`, as `unmask` takes it. */
export function maskingKey(bytes: Buffer, end: number): number {
  return bytes.readInt32LE(end - KEY_BYTES);
}
