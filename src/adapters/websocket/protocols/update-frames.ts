import { frameSize, writeFrameHeader } from '../framing.ts';

/**
 * One frame for each update, in order, in one buffer made by one allocation: the whole of a fan-out's encoding.
 * @param head what stands before the length of an update: the message type, and in some protocols the document's name
 */
export function updateFrames(updates: readonly Uint8Array[], head: Uint8Array): Buffer {
  let size = 0;
  for (const { byteLength } of updates) size += frameSize(messageSize(head, byteLength));
  const frames = Buffer.allocUnsafe(size);
  let at = 0;
  for (const update of updates) at = writeUpdate(frames, at, update, head);
  return frames;
}

function writeUpdate(target: Buffer, offset: number, update: Uint8Array, head: Uint8Array): number {
  let at = writeFrameHeader(target, offset, messageSize(head, update.byteLength), 'binary');
  // A head has few bytes: a call of `set` would take longer.
  for (const byte of head) target[at++] = byte;
  let length = update.byteLength;
  for (; length >= 0x80; length = Math.floor(length / 0x80)) target[at++] = (length % 0x80) | 0x80;
  target[at++] = length;
  target.set(update, at);
  return at + update.byteLength;
}

function messageSize(head: Uint8Array, updateBytes: number): number {
  let size = head.length + 1 + updateBytes;
  for (let rest = updateBytes; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}
