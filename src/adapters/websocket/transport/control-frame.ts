import { CLOSE, PING, PONG } from './frame-header.ts';

const OPCODES = { close: CLOSE, ping: PING, pong: PONG } as const;

/** One unmasked control frame. @param payload at most 125 bytes */
export function controlFrame(kind: keyof typeof OPCODES, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(2 + payload.length);
  frame[0] = 0x80 | OPCODES[kind];
  frame[1] = payload.length;
  frame.set(payload, 2);
  return frame;
}

const NOTHING = Buffer.alloc(0);

/** The same for all sockets. */
export const PING_FRAME = controlFrame('ping', NOTHING);
