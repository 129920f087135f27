import { frameSize, writeFrameHeader } from '../framing.ts';

/** Updates of more bytes are sent as they lie in memory: copying tens of megabytes keeps everybody waiting. */
const COPIED_BYTES = 64 * 1024;

/**
 * One frame for each update, in order, in one buffer made by one allocation: the whole of a fan-out's encoding.
 * @param head what stands before the length of an update: the message type, and in some protocols the document's name
 */
export function updateFrames(updates: readonly Uint8Array[], head: Uint8Array): Buffer {
  return framed(updates, head, head, undefined);
}

/**
 * The same as pieces, to be written one after the other: what is large is not copied.
 * @param lastHead what stands before the last one: the provider counts itself synced from a step 2
 */
export function updatePieces(
  updates: readonly Uint8Array[],
  head: Uint8Array,
  lastHead: Uint8Array = head,
): Uint8Array[] {
  if (!updates.some(isLarge)) return [framed(updates, head, lastHead, undefined)];
  const pieces: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  updates.forEach((update, at) => {
    const isLast = at === updates.length - 1;
    if (isLarge(update)) {
      pieces.push(framed(small, head, head, { head: isLast ? lastHead : head, update }), update);
      small = [];
      return;
    }
    small.push(update);
    if (isLast) pieces.push(framed(small, head, lastHead, undefined));
  });
  return pieces;
}

function isLarge({ byteLength }: Uint8Array): boolean {
  return byteLength > COPIED_BYTES;
}

/** An update that follows: only what stands before it. */
interface Following {
  readonly head: Uint8Array;
  readonly update: Uint8Array;
}

/** @param lastHead of the last of `updates` */
function framed(
  updates: readonly Uint8Array[],
  head: Uint8Array,
  lastHead: Uint8Array,
  following: Following | undefined,
): Buffer {
  let size = following === undefined ? 0 : sizeBefore(following.head, following.update.byteLength);
  updates.forEach(({ byteLength }, at) => {
    size += sizeBefore(at === updates.length - 1 ? lastHead : head, byteLength) + byteLength;
  });
  const frames = Buffer.allocUnsafe(size);
  let at = 0;
  for (let index = 0; index < updates.length; index++) {
    const update = updates[index];
    if (update === undefined) break;
    at = writeBefore(frames, at, index === updates.length - 1 ? lastHead : head, update.byteLength);
    frames.set(update, at);
    at += update.byteLength;
  }
  if (following !== undefined) writeBefore(frames, at, following.head, following.update.byteLength);
  return frames;
}

/** Writes the frame's header, the head and the update's length. */
function writeBefore(target: Buffer, offset: number, head: Uint8Array, updateBytes: number): number {
  let at = writeFrameHeader(target, offset, messageSize(head, updateBytes), 'binary');
  // A head has few bytes: a call of `set` would take longer.
  for (const byte of head) target[at++] = byte;
  let length = updateBytes;
  for (; length >= 0x80; length = Math.floor(length / 0x80)) target[at++] = (length % 0x80) | 0x80;
  target[at++] = length;
  return at;
}

/** Bytes of a frame that stand before the update. */
function sizeBefore(head: Uint8Array, updateBytes: number): number {
  return frameSize(messageSize(head, updateBytes)) - updateBytes;
}

function messageSize(head: Uint8Array, updateBytes: number): number {
  let size = head.length + 1 + updateBytes;
  for (let rest = updateBytes; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}
