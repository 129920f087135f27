import { frameSize, writeFrameHeader } from '../framing.ts';

/** y-protocols/sync.js: the message type of y-websocket, and the kinds of sync message. */
const SYNC = 0;
const STEP_2 = 1;
const UPDATE = 2;

/** Updates of more bytes are sent as they lie in memory: copying tens of megabytes keeps everybody waiting. */
const COPIED_BYTES = 64 * 1024;

/**
 * One Update frame for each update, in order, in one buffer made by one allocation: the whole of a fan-out's encoding.
 */
export function updateFrames(updates: readonly Uint8Array[]): Buffer {
  return framed(updates, UPDATE, undefined);
}

/**
 * The same as pieces, to be written one after the other: what is large is not copied.
 * @param last what the last frame is; `step 2` after a step 1, for the provider counts itself synced from there
 */
export function updatePieces(updates: readonly Uint8Array[], last: 'update' | 'step 2' = 'update'): Uint8Array[] {
  const lastKind = last === 'step 2' ? STEP_2 : UPDATE;
  if (!updates.some(isLarge)) return [framed(updates, lastKind, undefined)];
  const pieces: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  updates.forEach((update, at) => {
    const isLast = at === updates.length - 1;
    const kind = isLast ? lastKind : UPDATE;
    if (isLarge(update)) {
      pieces.push(framed(small, UPDATE, { kind, update }), update);
      small = [];
      return;
    }
    small.push(update);
    if (isLast) pieces.push(framed(small, kind, undefined));
  });
  return pieces;
}

function isLarge({ byteLength }: Uint8Array): boolean {
  return byteLength > COPIED_BYTES;
}

/** An update that follows: only what stands before it. */
interface Following {
  readonly kind: number;
  readonly update: Uint8Array;
}

/** @param last the kind of the last of `updates` */
function framed(updates: readonly Uint8Array[], last: number, following: Following | undefined): Buffer {
  let size = following === undefined ? 0 : headSize(following.update.byteLength);
  for (const { byteLength } of updates) size += headSize(byteLength) + byteLength;
  const frames = Buffer.allocUnsafe(size);
  let at = 0;
  for (let index = 0; index < updates.length; index++) {
    const update = updates[index];
    if (update === undefined) break;
    at = writeHead(frames, at, index === updates.length - 1 ? last : UPDATE, update.byteLength);
    frames.set(update, at);
    at += update.byteLength;
  }
  if (following !== undefined) writeHead(frames, at, following.kind, following.update.byteLength);
  return frames;
}

function writeHead(target: Buffer, offset: number, kind: number, updateBytes: number): number {
  let at = writeFrameHeader(target, offset, messageSize(updateBytes), 'binary');
  target[at++] = SYNC;
  target[at++] = kind;
  let length = updateBytes;
  for (; length >= 0x80; length = Math.floor(length / 0x80)) target[at++] = (length % 0x80) | 0x80;
  target[at++] = length;
  return at;
}

/** Bytes of a frame that stand before the update. */
function headSize(updateBytes: number): number {
  return frameSize(messageSize(updateBytes)) - updateBytes;
}

function messageSize(updateBytes: number): number {
  let size = 3 + updateBytes;
  for (let rest = updateBytes; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}
