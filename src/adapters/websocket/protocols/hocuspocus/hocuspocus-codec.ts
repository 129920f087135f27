import { encodeUtf8 } from 'lib0/string';
import { ByteReader, invalid } from '../../../../domain/codecs/byte-reader.ts';
import { lengthPrefixed } from '../length-prefixed.ts';
import { checkEnd, readSync, type SyncMessage } from '../y-websocket-codec.ts';

/**
 * The frames of Hocuspocus: varString document name, varUint type, body (hocuspocus/packages/provider/src/types.ts and
 * MessageReceiver.ts; the auth part is packages/common/src/auth.ts). One message per frame.
 */
const TYPE = {
  sync: 0,
  awareness: 1,
  auth: 2,
  queryAwareness: 3,
  stateless: 5,
  close: 7,
  syncStatus: 8,
} as const;

const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;

const TOKEN = 0;
const PERMISSION_DENIED = 1;
const AUTHENTICATED = 2;

/** Messages of a whole socket: this byte alone, without a name. */
export const PING = 9;
export const PONG = 10;

/** Bytes; a document id has at most 256 characters, a session id of the providers 11. */
const MAX_NAME_BYTES = 4096;

export type HocuspocusMessage =
  | SyncMessage
  /** `update` is an awareness update, see domain/codecs/awareness.ts. */
  | { readonly type: 'awareness'; readonly update: Uint8Array }
  /** `version` of the provider; those before 4 do not tell it. */
  | { readonly type: 'token'; readonly token: string; readonly version: string | undefined }
  | { readonly type: 'query-awareness' }
  | { readonly type: 'stateless'; readonly payload: string }
  | { readonly type: 'close' };

/** What the server says a session may do. */
export type Scope = 'read-write' | 'readonly';

/** The name that a frame begins with. @throws CollaborationError `invalid` */
export function decodeName(frame: Uint8Array): string {
  const reader = new ByteReader(frame);
  if (reader.varUint() > MAX_NAME_BYTES) throw invalid('The name of a document is too long.');
  reader.position = 0;
  return reader.text();
}

/**
 * Reads what stands behind the name of a frame. What a message carries is a view on `frame`, not a copy, and is not
 * validated. Bytes behind a message are refused, as in the y-websocket protocol; only a message without a body may have
 * one, which is ignored.
 * @throws CollaborationError `invalid` for a damaged frame, unknown types, and messages that only a server sends
 */
export function decodeMessage(frame: Uint8Array): HocuspocusMessage {
  const reader = new ByteReader(frame);
  reader.skip(reader.varUint());
  const type = reader.varUint();
  if (type === TYPE.queryAwareness) return { type: 'query-awareness' };
  if (type === TYPE.close) return { type: 'close' };
  const message = readMessage(reader, type);
  checkEnd(reader);
  return message;
}

function readMessage(reader: ByteReader, type: number): HocuspocusMessage {
  switch (type) {
    case TYPE.sync:
      return readSync(reader);
    case TYPE.awareness:
      return { type: 'awareness', update: reader.varBytes() };
    case TYPE.auth:
      return readToken(reader);
    case TYPE.stateless:
      return { type: 'stateless', payload: reader.text() };
    default:
      throw invalid(`A frame has the type ${type}, which no client may send.`);
  }
}

function readToken(reader: ByteReader): HocuspocusMessage {
  if (reader.varUint() !== TOKEN) throw invalid('An auth message of a client must be a token.');
  const token = reader.text();
  return { type: 'token', token, version: reader.remaining > 0 ? reader.text() : undefined };
}

/** Everything that begins with one name. Keep what is asked for often: it is made anew each time. */
export class NamedFrames {
  /** The name as it stands at the beginning of a frame. */
  readonly name: Uint8Array;

  constructor(name: string) {
    this.name = lengthPrefixed([], encodeUtf8(name));
  }

  /** What stands before the length of an update. */
  updateHead(): Uint8Array {
    return this.#head(TYPE.sync, UPDATE);
  }

  step2Head(): Uint8Array {
    return this.#head(TYPE.sync, STEP_2);
  }

  /** A SyncStatus. */
  status(status: 'saved' | 'refused'): Uint8Array {
    return this.#head(TYPE.syncStatus, status === 'saved' ? 1 : 0);
  }

  step1(stateVector: Uint8Array): Uint8Array {
    return lengthPrefixed(this.#head(TYPE.sync, STEP_1), stateVector);
  }

  awareness(update: Uint8Array): Uint8Array {
    return lengthPrefixed(this.#head(TYPE.awareness), update);
  }

  /** Asks for a token. Providers before 3 pass over it. */
  tokenRequest(): Uint8Array {
    return lengthPrefixed(this.#head(TYPE.auth, TOKEN), new Uint8Array());
  }

  denied(reason: string): Uint8Array {
    return lengthPrefixed(this.#head(TYPE.auth, PERMISSION_DENIED), encodeUtf8(reason));
  }

  authenticated(scope: Scope): Uint8Array {
    return lengthPrefixed(this.#head(TYPE.auth, AUTHENTICATED), encodeUtf8(scope));
  }

  stateless(payload: string): Uint8Array {
    return lengthPrefixed(this.#head(TYPE.stateless), encodeUtf8(payload));
  }

  /** Ends one document. Not for providers before 3, which throw on it. */
  close(reason: string): Uint8Array {
    return lengthPrefixed(this.#head(TYPE.close), encodeUtf8(reason));
  }

  #head(...bytes: readonly number[]): Uint8Array {
    const head = new Uint8Array(this.name.length + bytes.length);
    head.set(this.name);
    head.set(bytes, this.name.length);
    return head;
  }
}
