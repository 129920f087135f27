import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/** The frames of the y-websocket protocol; the sync part is y-protocols/sync, the auth part y-protocols/auth. */
const SYNC = 0;
const AWARENESS = 1;
const AUTH = 2;

const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;

const PERMISSION_DENIED = 0;

export type Frame =
  | { readonly kind: 'step 1'; readonly stateVector: Uint8Array }
  | { readonly kind: 'step 2' | 'update'; readonly update: Uint8Array }
  | { readonly kind: 'awareness'; readonly update: Uint8Array }
  | { readonly kind: 'denied'; readonly reason: string }
  /** Of a newer server: it is passed over. */
  | { readonly kind: 'unknown' };

/** Reads a frame; byte arrays are views of it. @throws Error where it is cut short */
export function decodeFrame(frame: Uint8Array): Frame {
  const decoder = decoding.createDecoder(frame);
  switch (decoding.readVarUint(decoder)) {
    case SYNC:
      return decodeSync(decoder);
    case AWARENESS:
      return { kind: 'awareness', update: decoding.readVarUint8Array(decoder) };
    case AUTH:
      if (decoding.readVarUint(decoder) !== PERMISSION_DENIED) return { kind: 'unknown' };
      return { kind: 'denied', reason: decoding.readVarString(decoder) };
    default:
      return { kind: 'unknown' };
  }
}

function decodeSync(decoder: decoding.Decoder): Frame {
  switch (decoding.readVarUint(decoder)) {
    case STEP_1:
      return { kind: 'step 1', stateVector: decoding.readVarUint8Array(decoder) };
    case STEP_2:
      return { kind: 'step 2', update: decoding.readVarUint8Array(decoder) };
    case UPDATE:
      return { kind: 'update', update: decoding.readVarUint8Array(decoder) };
    default:
      return { kind: 'unknown' };
  }
}

/** Asks for what `stateVector` does not have. */
export function step1Frame(stateVector: Uint8Array): Uint8Array<ArrayBuffer> {
  return frame([SYNC, STEP_1], stateVector);
}

export function updateFrame(update: Uint8Array): Uint8Array<ArrayBuffer> {
  return frame([SYNC, UPDATE], update);
}

export function awarenessFrame(update: Uint8Array): Uint8Array<ArrayBuffer> {
  return frame([AWARENESS], update);
}

function frame(head: readonly number[], body: Uint8Array): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder();
  for (const each of head) encoding.writeVarUint(encoder, each);
  encoding.writeVarUint8Array(encoder, body);
  return encoding.toUint8Array(encoder);
}
