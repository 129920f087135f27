import { encodeUtf8 } from 'lib0/string';
import { ByteReader, invalid } from '../../../domain/codecs/byte-reader.ts';
import { lengthPrefixed } from './length-prefixed.ts';

/**
 * The frames of the y-websocket protocol: a varUint type, then its body (y-websocket/src/y-websocket.js; the sync part is
 * y-protocols/sync.js, the auth part y-protocols/auth.js). One message per frame.
 */
const SYNC = 0;
const AWARENESS = 1;
const AUTH = 2;
const QUERY_AWARENESS = 3;

const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;

const PERMISSION_DENIED = 0;

/** What stands before the length of an update. */
export const STEP_2_HEAD = Uint8Array.of(SYNC, STEP_2);
export const UPDATE_HEAD = Uint8Array.of(SYNC, UPDATE);

export type SyncMessage =
  | { readonly type: 'sync-step-1'; readonly stateVector: Uint8Array }
  | { readonly type: 'sync-step-2'; readonly update: Uint8Array }
  | { readonly type: 'update'; readonly update: Uint8Array };

export type YWebsocketMessage =
  | SyncMessage
  /** `update` is an awareness update, see domain/codecs/awareness.ts. */
  | { readonly type: 'awareness'; readonly update: Uint8Array }
  | { readonly type: 'denied'; readonly reason: string }
  | { readonly type: 'query-awareness' };

/**
 * Reads one frame. What a message carries is a view on `frame`, not a copy, and is not validated: copy it to keep it
 * beyond the life of the frame's buffer. Bytes behind a message are refused: no provider sends them, and to skip them
 * could silently lose an update that someone put there. (Only a query for awareness may have a body; it is ignored.)
 * @throws CollaborationError `invalid` for a damaged frame and for unknown types
 */
export function decodeYWebsocketFrame(frame: Uint8Array): YWebsocketMessage {
  const reader = new ByteReader(frame);
  const type = reader.varUint();
  if (type === QUERY_AWARENESS) return { type: 'query-awareness' };
  const message = readMessage(reader, type);
  checkEnd(reader);
  return message;
}

/** @throws CollaborationError `invalid` when there are bytes behind the message */
export function checkEnd(reader: ByteReader): void {
  if (reader.remaining > 0) throw invalid('A frame goes on behind its message.');
}

function readMessage(reader: ByteReader, type: number): YWebsocketMessage {
  switch (type) {
    case SYNC:
      return readSync(reader);
    case AWARENESS:
      return { type: 'awareness', update: reader.varBytes() };
    case AUTH:
      if (reader.varUint() !== PERMISSION_DENIED) throw invalid('An auth message has an unknown type.');
      return { type: 'denied', reason: reader.text() };
    default:
      throw invalid(`A frame has the unknown type ${type}.`);
  }
}

export type ChangeKind = 'step-2' | 'update';

/** What a frame brings of the client's changes, without a look at the rest of it. */
export function changeKindOf(frame: Uint8Array): ChangeKind | undefined {
  if (frame[0] !== SYNC) return undefined;
  return frame[1] === STEP_2 ? 'step-2' : frame[1] === UPDATE ? 'update' : undefined;
}

/** A message of y-protocols/sync.js. @throws CollaborationError `invalid` */
export function readSync(reader: ByteReader): SyncMessage {
  const type = reader.varUint();
  switch (type) {
    case STEP_1:
      return { type: 'sync-step-1', stateVector: reader.varBytes() };
    case STEP_2:
      return { type: 'sync-step-2', update: reader.varBytes() };
    case UPDATE:
      return { type: 'update', update: reader.varBytes() };
    default:
      throw invalid(`A sync message has the unknown type ${type}.`);
  }
}

/** Asks the other side for what `stateVector` does not have. */
export function encodeStep1(stateVector: Uint8Array): Uint8Array {
  return lengthPrefixed([SYNC, STEP_1], stateVector);
}

/** Answers a step 1; the provider counts itself synced from here on. */
export function encodeStep2(update: Uint8Array): Uint8Array {
  return lengthPrefixed(STEP_2_HEAD, update);
}

export function encodeUpdate(update: Uint8Array): Uint8Array {
  return lengthPrefixed(UPDATE_HEAD, update);
}

/** `awareness` is an awareness update; the one without entries (`00`) makes the keep-alive frame `01 01 00`. */
export function encodeAwarenessFrame(awareness: Uint8Array): Uint8Array {
  return lengthPrefixed([AWARENESS], awareness);
}

/** Tells a provider that it is refused; the socket's close code alone would only make it reconnect. */
export function encodeDenied(reason: string): Uint8Array {
  return lengthPrefixed([AUTH, PERMISSION_DENIED], encodeUtf8(reason));
}
