// The least that a durable server for Yjs does in Node, and nothing else: integrates what arrives in a tick in one transaction,
// appends it to one file for all documents, written through to the disk every 20 ms, passes the bytes on in one write a client,
// echoes them when they are on disk, and answers joins from framed bytes that it keeps. It checks nothing, bounds nothing,
// compacts nothing and cannot be opened again. A crowd's updates wait WINDOW_MS for the next one.
import { constants, open, writev } from 'node:fs';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebSocketServer } from 'ws';
import * as Y from 'yjs';

const COMMIT_MS = 20;
const CROWD = 32;
const WINDOW_MS = Number(process.env.WINDOW_MS ?? 0);

/** @typedef {import('ws').WebSocket} Socket */
/** @typedef {{ socket: Socket, update: Uint8Array, frame: Buffer }} Arrival */

class Room {
  doc = new Y.Doc({ gc: true });
  /** @type {Set<Socket>} */
  sockets = new Set();
  /** @type {Arrival[]} */
  arrivals = [];
  /** @type {{ stateVector: Uint8Array, step1: Buffer, all: Buffer, deletes: Buffer } | undefined} */
  answers;
}

/** @type {Map<string, Room>} */
const rooms = new Map();

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.env.PORT), maxPayload: 64 * 2 ** 20 });
server.on('connection', (socket, request) => {
  const name = request.url ?? '/';
  const room = rooms.get(name) ?? new Room();
  rooms.set(name, room);
  room.sockets.add(socket);
  write(socket, answersOf(room).step1);
  socket.on('message', (message) => receive(room, socket, /** @type {Buffer} */ (message)));
  socket.on('error', () => socket.terminate());
  socket.on('close', () => room.sockets.delete(socket));
});

/** @param {Room} room @param {Socket} socket @param {Buffer} message */
function receive(room, socket, message) {
  const decoder = decoding.createDecoder(message);
  if (decoding.readVarUint(decoder) !== 0) return;
  const step = decoding.readVarUint(decoder);
  const body = decoding.readVarUint8Array(decoder);
  if (step === 0) {
    write(socket, answer(room, body));
    return;
  }
  // What a provider sends that has nothing new.
  if (body.length === 2) return;
  if (room.arrivals.length === 0) {
    if (room.sockets.size >= CROWD && WINDOW_MS > 0) setTimeout(flush, WINDOW_MS, room);
    else setImmediate(flush, room);
  }
  room.arrivals.push({ socket, update: body, frame: serverFrame(step === 2 ? message : syncMessage(2, body)) });
}

/** @param {Room} room */
function flush(room) {
  const { arrivals } = room;
  room.arrivals = [];
  room.answers = undefined;
  Y.transact(room.doc, () => {
    for (const { update } of arrivals) Y.applyUpdate(room.doc, update);
  });
  const shared = Buffer.concat(arrivals.map(({ frame }) => frame));
  const senders = new Set(arrivals.map(({ socket }) => socket));
  for (const socket of room.sockets) {
    if (senders.has(socket)) {
      const others = arrivals.filter((each) => each.socket !== socket);
      if (others.length > 0) write(socket, Buffer.concat(others.map(({ frame }) => frame)));
    } else write(socket, shared);
  }
  append(arrivals);
}

/** @type {Arrival[]} */
let waiting = [];
/** @type {'idle' | 'waiting' | 'writing'} */
let log = 'idle';
let lastCommit = 0;

const descriptor = await new Promise((resolve, reject) => {
  const flags = constants.O_CREAT | constants.O_WRONLY | constants.O_APPEND | constants.O_DSYNC;
  open(process.env.LOG_FILE ?? '', flags, (error, fd) => (error === null ? resolve(fd) : reject(error)));
});

/** @param {Arrival[]} arrivals */
function append(arrivals) {
  for (const each of arrivals) waiting.push(each);
  if (log !== 'idle') return;
  log = 'waiting';
  setTimeout(commit, Math.max(0, lastCommit + COMMIT_MS - performance.now()));
}

function commit() {
  const batch = waiting;
  waiting = [];
  log = 'writing';
  lastCommit = performance.now();
  writev(descriptor, [Buffer.concat(batch.map(({ frame }) => frame))], (error) => {
    if (error !== null) throw error;
    log = 'idle';
    /** @type {Map<Socket, Buffer[]>} */
    const echoes = new Map();
    for (const { socket, frame } of batch) {
      const frames = echoes.get(socket);
      if (frames === undefined) echoes.set(socket, [frame]);
      else frames.push(frame);
    }
    for (const [socket, frames] of echoes) write(socket, frames.length === 1 ? frames[0] : Buffer.concat(frames));
    if (waiting.length > 0) append([]);
  });
}

/** @param {Room} room @param {Uint8Array} stateVector */
function answer(room, stateVector) {
  const answers = answersOf(room);
  if (stateVector.length === 1) return answers.all;
  if (Buffer.compare(stateVector, answers.stateVector) === 0) return answers.deletes;
  return serverFrame(syncMessage(1, Y.encodeStateAsUpdate(room.doc, stateVector)));
}

/** @param {Room} room */
function answersOf(room) {
  if (room.answers !== undefined) return room.answers;
  const stateVector = Y.encodeStateVector(room.doc);
  room.answers = {
    stateVector,
    step1: serverFrame(syncMessage(0, stateVector)),
    all: serverFrame(syncMessage(1, Y.encodeStateAsUpdate(room.doc))),
    deletes: serverFrame(syncMessage(1, Y.encodeStateAsUpdate(room.doc, stateVector))),
  };
  return room.answers;
}

/** @param {0 | 1 | 2} step @param {Uint8Array} body */
function syncMessage(step, body) {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, step);
  encoding.writeVarUint8Array(encoder, body);
  return Buffer.from(encoding.toUint8Array(encoder));
}

/** @param {Socket} socket @param {Buffer | undefined} frames */
function write(socket, frames) {
  // @ts-expect-error: ws has no public way to write frames that are already framed
  socket._socket?.write(frames);
}

/** @param {Buffer} message */
function serverFrame(message) {
  const { length } = message;
  if (length < 126) return Buffer.concat([Buffer.of(0x82, length), message]);
  const header = Buffer.alloc(length < 65536 ? 4 : 10);
  header[0] = 0x82;
  header[1] = length < 65536 ? 126 : 127;
  if (length < 65536) header.writeUInt16BE(length, 2);
  else header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, message]);
}
