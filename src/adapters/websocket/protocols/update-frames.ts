import { frameSize, writeFrameHeader } from '../framing.ts';

/** y-protocols/sync.js: the message type of y-websocket, and the kind of sync message. */
const SYNC = 0;
const UPDATE = 2;

/**
 * One Update frame for each update, in order, in one buffer made by one allocation: the whole of a fan-out's encoding.
 */
export function updateFrames(updates: readonly Uint8Array[]): Buffer {
  let size = 0;
  for (const { byteLength } of updates) size += frameSize(messageSize(byteLength));
  const frames = Buffer.allocUnsafe(size);
  let at = 0;
  for (const update of updates) at = writeUpdate(frames, at, update);
  return frames;
}

function writeUpdate(target: Buffer, offset: number, update: Uint8Array): number {
  let at = writeFrameHeader(target, offset, messageSize(update.byteLength), 'binary');
  target[at++] = SYNC;
  target[at++] = UPDATE;
  let length = update.byteLength;
  for (; length >= 0x80; length = Math.floor(length / 0x80)) target[at++] = (length % 0x80) | 0x80;
  target[at++] = length;
  target.set(update, at);
  return at + update.byteLength;
}

function messageSize(updateBytes: number): number {
  let size = 3 + updateBytes;
  for (let rest = updateBytes; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}
