/** A frame as a client sends it, for tests of every part of it (RFC 6455, section 5.2). */
export interface ClientFrame {
  readonly opcode: number;
  readonly payload?: Uint8Array;
  readonly fin?: boolean;
  /** Little-endian; 0: a mask that changes nothing. */
  readonly key?: number;
  readonly reserved?: number;
  readonly masked?: boolean;
  /** Announced bytes of payload, where they are not those that follow. */
  readonly announced?: number;
  /** At least so many bytes of extended length, also where fewer would do. */
  readonly lengthBytes?: 0 | 2 | 8;
}

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const KEY = 0x5ac3_9e17;

export function frameOf(frame: ClientFrame): Buffer {
  const { opcode, payload = new Uint8Array(), fin = true, key = KEY, reserved = 0, masked = true } = frame;
  const announced = frame.announced ?? payload.length;
  const size = Math.max(announced > 0xffff ? 8 : announced > 125 ? 2 : 0, frame.lengthBytes ?? 0);
  const header = Buffer.alloc(2 + size + (masked ? 4 : 0));
  header[0] = (fin ? 0x80 : 0) | reserved | opcode;
  header[1] = (masked ? 0x80 : 0) | (size === 8 ? 127 : size === 2 ? 126 : announced);
  if (size === 2) header.writeUInt16BE(announced, 2);
  if (size === 8) header.writeBigUInt64BE(BigInt(announced), 2);
  if (!masked) return Buffer.concat([header, payload]);
  header.writeUInt32LE(key >>> 0, 2 + size);
  return Buffer.concat([header, payload.map((byte, at) => byte ^ ((key >>> (8 * (at % 4))) & 255))]);
}

/** A close frame with a code and a reason. */
export function closeFrameOf(code: number, reason: string | Uint8Array = ''): Buffer {
  return frameOf({
    opcode: OPCODE.close,
    payload: Buffer.concat([Buffer.of(code >> 8, code & 255), Buffer.from(reason)]),
  });
}

/** The same bytes in pieces that end where `cuts` say. */
export function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const pieces = [0, ...places].map((from, at) => bytes.subarray(from, places[at] ?? bytes.length));
  return pieces.filter((piece) => piece.length > 0).map((piece) => Buffer.from(piece));
}
