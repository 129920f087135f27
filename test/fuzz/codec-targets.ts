import type { MethodDefinition } from '@grpc/grpc-js';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { collaborationService } from '../../src/adapters/grpc/proto.ts';
import * as hocuspocus from '../../src/adapters/websocket/protocols/hocuspocus/hocuspocus-codec.ts';
import { decodeJsonMessage, parseJsonObject } from '../../src/adapters/websocket/protocols/json-codec.ts';
import {
  decodeSyncStatus,
  encodeSyncStatus,
  isSyncStatus,
} from '../../src/adapters/websocket/protocols/y-sweet/y-sweet-codec.ts';
import * as yWebsocket from '../../src/adapters/websocket/protocols/y-websocket-codec.ts';
import { FrameParser } from '../../src/adapters/websocket/transport/frame-parser.ts';
import { decodeAwareness, encodeAwareness } from '../../src/domain/codecs/awareness.ts';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';
import { checkStateVector } from '../../src/domain/codecs/state-vector.ts';
import { CollaborationError } from '../../src/domain/errors.ts';
import { DamagedDocumentError } from '../../src/domain/repositories/update-log.ts';
import { decodeRecords, encodeRecords } from '../../src/infrastructure/stores/embedded/record-codec.ts';
import { decodeSnapshot, encodeSnapshot } from '../../src/infrastructure/stores/embedded/snapshot-codec.ts';
import { decodeEntries, encodeRecordEntries } from '../../src/infrastructure/stores/embedded/wal/entry-codec.ts';
import { randomUpdates } from '../codecs/random-updates.ts';
import { id } from '../contracts/log-records.ts';
import type { Random } from './mutate.ts';

/** A codec: valid frames to start from, and what reading any frame must be like. */
export interface CodecTarget {
  readonly name: string;
  readonly corpus: readonly Uint8Array[];
  /** Reads a frame. Throws an error that `refuses` accepts, or nothing; any other is a finding. */
  read(frame: Uint8Array, random: Random): void;
  refuses(error: unknown): boolean;
}

const AWARENESS = { maxEntries: 1_000, maxStateBytes: 65_536 };
const ENTRIES = [
  { clientId: 5, clock: 1, state: '{"user":{"name":"ü"}}' },
  { clientId: 300, clock: 7, state: 'null' },
];

const collaboration = (error: unknown) =>
  error instanceof CollaborationError && (error.kind === 'invalid' || error.kind === 'too-large');

export function codecTargets(): readonly CodecTarget[] {
  const updates = [1, 2, 3, 4].flatMap((seed) => randomUpdates(seed));
  const stateVectors = updates.map((update) => Y.encodeStateVectorFromUpdate(update));
  const awareness = encodeAwareness(ENTRIES);
  const frames = [
    ...stateVectors.map(yWebsocket.encodeStep1),
    ...updates.map(yWebsocket.encodeStep2),
    ...updates.map(yWebsocket.encodeUpdate),
    yWebsocket.encodeAwarenessFrame(awareness),
    yWebsocket.encodeDenied('no'),
    Uint8Array.of(3),
  ];
  return [
    { name: 'update', corpus: updates, read: readUpdate, refuses: collaboration },
    { name: 'state-vector', corpus: stateVectors, read: readStateVector, refuses: collaboration },
    { name: 'awareness', corpus: [awareness], read: readAwareness, refuses: collaboration },
    { name: 'y-websocket', corpus: frames, read: readYWebsocket, refuses: collaboration },
    {
      name: 'y-sweet',
      corpus: [...frames, encodeSyncStatus(Uint8Array.of(3))],
      read: readYSweet,
      refuses: collaboration,
    },
    { name: 'hocuspocus', corpus: named(frames), read: readHocuspocus, refuses: collaboration },
    { name: 'json', corpus: json(updates), read: readJson, refuses: collaboration },
    { name: 'grpc', corpus: grpc(updates), read: readGrpc, refuses: () => false },
    { name: 'websocket', corpus: websocketFrames(frames), read: readWebSocket, refuses: () => false },
    ...storeTargets(updates),
  ];
}

/** [DOC10] What the scan lets pass, Yjs can decode. */
function readUpdate(update: Uint8Array): void {
  scanUpdate(update);
  decoded(() => Y.decodeUpdate(update), 'Yjs does not decode what the scan let pass');
}

function readStateVector(bytes: Uint8Array): void {
  checkStateVector(bytes, 100_000);
  if (bytes.length > 0) decoded(() => Y.decodeStateVector(bytes), 'Yjs does not decode a checked state vector');
}

function readAwareness(bytes: Uint8Array): void {
  const entries = decodeAwareness(bytes, AWARENESS);
  const again = decodeAwareness(encodeAwareness(entries), AWARENESS);
  if (JSON.stringify(again) !== JSON.stringify(entries)) throw new Error('encoded anew it reads differently');
}

function readYWebsocket(frame: Uint8Array): void {
  yWebsocket.changeKindOf(frame);
  const message = yWebsocket.decodeYWebsocketFrame(frame);
  if (message.type === 'awareness') readAwareness(message.update);
}

function readYSweet(frame: Uint8Array): void {
  if (isSyncStatus(frame)) decodeSyncStatus(frame);
  else readYWebsocket(frame);
}

function readHocuspocus(frame: Uint8Array): void {
  hocuspocus.decodeName(frame);
  hocuspocus.decodeMessage(frame);
}

function readJson(frame: Uint8Array): void {
  const { type, data } = decodeJsonMessage(parseJsonObject(Buffer.from(frame)));
  if (type !== 'auth') JSON.stringify(data);
}

const collaborate = collaborationService.Collaborate as MethodDefinition<object, object>;

/** What does not decode is a message of its own kind. */
function readGrpc(frame: Uint8Array): void {
  collaborate.requestDeserialize(Buffer.from(frame));
}

/** However the bytes are cut, the parser ends with too few of them or a violation, and keeps to its bound. */
function readWebSocket(frame: Uint8Array, random: Random): void {
  const parser = new FrameParser(MAX_PAYLOAD);
  for (let at = 0; at < frame.length; ) {
    const end = at + 1 + random(frame.length - at);
    parser.push(Buffer.from(frame.subarray(at, end)));
    at = end;
    for (let found = parser.next(); found !== 'incomplete'; found = parser.next()) {
      if (found === 'violation') return;
      if (parser.payload.length > MAX_PAYLOAD) throw new Error('a message is larger than allowed');
    }
  }
}

const MAX_PAYLOAD = 4_096;

function decoded(decode: () => unknown, what: string): void {
  try {
    decode();
  } catch (cause) {
    throw new Error(what, { cause });
  }
}

function named(frames: readonly Uint8Array[]): Uint8Array[] {
  const auth = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 2);
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarString(encoder, 'token');
    encoding.writeVarString(encoder, '4.0.0');
  });
  const stateless = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 5);
    encoding.writeVarString(encoder, 'payload ü');
  });
  return [...frames, auth, stateless, Uint8Array.of(7)].map((frame) =>
    encoding.encode((encoder) => {
      encoding.writeVarString(encoder, 'a/ü');
      encoding.writeUint8Array(encoder, frame);
    }),
  );
}

function json(updates: readonly Uint8Array[]): Uint8Array[] {
  const messages = [
    ...updates.map((update) => ({ type: 'update', doc_id: 'd', update: Buffer.from(update).toString('base64') })),
    { type: 'sync', doc_id: 'a/ü' },
    { type: 'sv', doc_id: 'd', update: 'AA==' },
    { type: 'join', doc_id: 'd', data: { user_id: 'ann', client_id: 'c', user_metadata: { a: '1', ü: '"' } } },
    { type: 'awareness', doc_id: 'd', data: { cursor: { anchor: [1, 2, { deep: [null] }] } } },
    { type: 'heartbeat', doc_id: 'd', data: { client_id: 'c' } },
    { type: 'leave', doc_id: 'd' },
    { type: 'auth', data: { token: 'x' } },
  ];
  return messages.map((message) => new TextEncoder().encode(JSON.stringify(message)));
}

function grpc(updates: readonly Uint8Array[]): Uint8Array[] {
  const place = { document_id: 'fuzzed', client_id: 'c', timestamp: 5 };
  const messages = [
    { join_document: { user_id: 'ann', user_name: 'Änne', user_color: '#fff', user_metadata: { a: '1', ü: '"' } } },
    ...updates.map((update_data) => ({ update: { update_data, origin_client_id: 'c', sequence_number: 3 } })),
    { sync_request: { state_vector: Uint8Array.of(0) } },
    {
      awareness: { client_id: 'c', user_info: '{"a":1}', awareness_state: '{"cursor":{"deep":[null]}}', timestamp: 9 },
    },
    { heartbeat: { client_id: 'c', timestamp: 9 } },
    { leave_document: { client_id: 'c' } },
  ];
  return messages.map((message) => collaborate.requestSerialize({ ...place, ...message }));
}

/** Masked, as clients send them: whole, in fragments, with control frames between them. */
function websocketFrames(payloads: readonly Uint8Array[]): Uint8Array[] {
  const small = payloads.filter(({ length }) => length < MAX_PAYLOAD);
  const whole = small.map((payload) => masked(0x82, payload));
  const ping = masked(0x89, Uint8Array.of(1, 2));
  const close = masked(0x88, Uint8Array.of(3, 232, 98, 121, 101));
  const inFragments = small.map((payload) => {
    const half = payload.length >> 1;
    return Buffer.concat([masked(0x02, payload.subarray(0, half)), ping, masked(0x80, payload.subarray(half))]);
  });
  return [...whole, ...inFragments, masked(0x81, new TextEncoder().encode('{"type":"sync"} ü')), ping, close];
}

/** A frame of RFC 6455, section 5.2, with its first byte and a masking key. */
function masked(first: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 255];
  const wide = [0x80 | 127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  const key = [7, 77, 177, 217];
  const body = payload.map((byte, at) => byte ^ (key[at % 4] ?? 0));
  return Buffer.concat([Uint8Array.of(first, ...(length < 65_536 ? size : wide), ...key), body]);
}

function storeTargets(updates: readonly Uint8Array[]): CodecTarget[] {
  const documentId = id('d');
  const key = Buffer.from('d');
  const damaged = (error: unknown) => error instanceof DamagedDocumentError;
  const record = { documentId, firstSequence: 1, updates: updates.slice(0, 3), timestamp: 5 };
  const { payload, entries } = encodeRecordEntries([record, { ...record, firstSequence: 4 }]);
  const packed = entries.flatMap((entry) => (entry.kind === 'record' ? [entry.record] : []));
  const snapshots = updates.map((update) =>
    encodeSnapshot(key, { sequence: 3, lastModified: 4, content: { kind: 'whole', update } }),
  );
  return [
    {
      name: 'stored-records',
      corpus: [encodeRecords(key, packed)],
      read: (value) => void decodeRecords(documentId, key, value),
      refuses: damaged,
    },
    {
      name: 'stored-snapshot',
      corpus: snapshots,
      read: (value) => void decodeSnapshot(documentId, key, value),
      refuses: damaged,
    },
    // Behind a frame's checksum: whatever it throws is taken for damage, but it must end.
    {
      name: 'log-entries',
      corpus: [payload],
      read: (value) => void decodeEntries(value),
      refuses: (error) => error instanceof Error,
    },
  ];
}
