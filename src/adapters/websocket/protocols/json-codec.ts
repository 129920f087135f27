import { MAX_DEPTH } from '../../../domain/codecs/json.ts';
import { CollaborationError } from '../../../domain/errors.ts';
import { serverFrame } from '../framing.ts';

const TYPES = ['sync', 'update', 'sv', 'join', 'leave', 'awareness', 'heartbeat'] as const;
type JsonMessageType = (typeof TYPES)[number];

export type JsonObject = Readonly<Record<string, unknown>>;

/** What a client sends: json-websocket contract, "Client to server". */
export interface JsonMessage {
  readonly type: JsonMessageType;
  readonly doc_id: string;
  readonly data: unknown;
  /** Decoded from base64; none where the message has none. */
  readonly update: Uint8Array | undefined;
}

/** A token for the socket: the first one, or a newer one. */
export interface AuthMessage {
  readonly type: 'auth';
  readonly data: unknown;
}

/** What the server sends: json-websocket contract, "Server to client". */
export interface JsonAnswer {
  readonly type: string;
  readonly doc_id?: string;
  readonly data?: unknown;
  /** Base64. */
  readonly update?: string;
}

/** Padding, and nothing else that is not of standard base64 (RFC 4648, section 4). A group that repeats would overflow. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * @throws CollaborationError `invalid` when it lacks `doc_id` or `type`, has an unknown type, wrong base64 or `data`
 * nested deeper than `MAX_DEPTH`, which could be read but not written again
 */
export function decodeJsonMessage(raw: JsonObject): JsonMessage | AuthMessage {
  const { type, doc_id, data, update } = raw;
  if (type === 'auth') return { type, data };
  if (typeof doc_id !== 'string') throw new CollaborationError('invalid', 'A message needs "doc_id", a string.');
  if (!isType(type))
    throw new CollaborationError('invalid', `A message needs "type", one of ${TYPES.join(', ')}, auth.`);
  if (isTooDeep(data)) throw new CollaborationError('invalid', '"data" is nested too deeply.');
  return { type, doc_id, data, update: decodeBase64(update) };
}

/** `doc_id` of a message that may be faulty otherwise, so that an error can name the document. */
export function documentOf({ doc_id }: JsonObject): string | undefined {
  return typeof doc_id === 'string' ? doc_id : undefined;
}

/** One text frame. */
export function encodeJson(answer: JsonAnswer): Buffer {
  return serverFrame(Buffer.from(JSON.stringify(answer), 'utf8'), 'text');
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function decodeBase64(value: unknown): Uint8Array | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value.length % 4 !== 0 || !BASE64.test(value)) {
    throw new CollaborationError('invalid', '"update" must be standard base64.');
  }
  return Buffer.from(value, 'base64');
}

/** Level by level: a recursion would overflow where it matters. */
function isTooDeep(data: unknown): boolean {
  let level = [data];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
  return false;
}

function isType(value: unknown): value is JsonMessageType {
  return (TYPES as readonly unknown[]).includes(value);
}

/** Reads one text frame. @throws CollaborationError `invalid` when it is no JSON object */
export function parseJsonObject(frame: Buffer): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(frame.toString('utf8'));
  } catch (cause) {
    throw new CollaborationError('invalid', 'A text frame must be JSON.', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CollaborationError('invalid', 'A text frame must be a JSON object.');
  }
  return value as JsonObject;
}
