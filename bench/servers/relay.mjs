// The floor and the ceiling of a WebSocket server in Node: passes each binary frame on to the others of its document.
// MODE=each: one `ws.send` per message and client. MODE=tick: one buffer and one write per client and tick.
import { WebSocketServer } from 'ws';

/** @typedef {{ sockets: Set<import('ws').WebSocket>, frames: Buffer[], senders: import('ws').WebSocket[] }} Room */

/** @type {Map<string, Room>} */
const rooms = new Map();
const pass = process.env.MODE === 'tick' ? passInThisTick : passAtOnce;

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.env.PORT), maxPayload: 64 * 2 ** 20 });
server.on('connection', (socket, request) => {
  const name = request.url ?? '/';
  const room = rooms.get(name) ?? { sockets: new Set(), frames: [], senders: [] };
  rooms.set(name, room);
  room.sockets.add(socket);
  socket.on('message', (message) => pass(room, socket, /** @type {Buffer} */ (message)));
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    room.sockets.delete(socket);
    if (room.sockets.size === 0) rooms.delete(name);
  });
});

/** @param {Room} room @param {import('ws').WebSocket} sender @param {Buffer} message */
function passAtOnce(room, sender, message) {
  for (const socket of room.sockets) if (socket !== sender) socket.send(message);
}

/** @param {Room} room @param {import('ws').WebSocket} sender @param {Buffer} message */
function passInThisTick(room, sender, message) {
  if (room.frames.length === 0) setImmediate(flush, room);
  room.frames.push(serverFrame(message));
  room.senders.push(sender);
}

/** @param {Room} room */
function flush(room) {
  const { frames, senders } = room;
  room.frames = [];
  room.senders = [];
  const shared = Buffer.concat(frames);
  const wrote = new Set(senders);
  for (const socket of room.sockets) {
    const bytes = wrote.has(socket) ? Buffer.concat(frames.filter((_, i) => senders[i] !== socket)) : shared;
    // @ts-expect-error: ws has no public way to write frames that are already framed
    if (bytes.length > 0) socket._socket?.write(bytes);
  }
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
