import { createConnection } from 'node:net';
import { bodyStart, protocols } from './protocols.mjs';
import { EMPTY_UPDATE } from './updates.mjs';
import { clientFrame, upgradeRequest } from './websocket.mjs';

/** Enough of a message to see what it is and where its update begins. */
const HEAD_BYTES = 300;
const HANDSHAKE_END = '\r\n\r\n';

/**
 * A client for states of many megabytes, a hundred at once: it introduces itself and asks for the document, and of what
 * comes it keeps nothing and counts the bytes of states and updates.
 */
export class CountingClient {
  /** Bytes of states and updates received. */
  bytes = 0;
  hasState = false;
  isClosed = false;
  #document;
  #protocol;
  #stateVector;
  #onProgress;
  #socket;
  #upgraded = false;
  /** What of a frame's header, or of a handshake, has come so far. */
  #rest = Buffer.alloc(0);
  /** Of the message that is being received. */
  #message = { isData: false, isFinal: false, opcode: 0, left: 0, length: 0, head: Buffer.alloc(0) };

  /**
   * @param {import('../servers/catalogue.mjs').RunningServer} server
   * @param {string} document
   * @param {Uint8Array} stateVector
   * @param {() => void} onProgress called after each chunk that came
   */
  constructor(server, document, stateVector, onProgress) {
    this.#document = document;
    this.#protocol = protocols[server.protocol];
    this.#stateVector = stateVector;
    this.#onProgress = onProgress;
    const { host, port } = server;
    this.#socket = createConnection({ host, port, noDelay: true });
    this.#socket.on('connect', () =>
      this.#socket.write(upgradeRequest(host, port, server.path.replace('<document>', document))),
    );
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('close', () => {
      this.isClosed = true;
      onProgress();
    });
  }

  destroy() {
    this.#socket.destroy();
  }

  /** @param {Buffer} chunk */
  #receive(chunk) {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let offset = this.#upgraded ? 0 : this.#upgrade(bytes);
    while (offset < bytes.length) {
      const next = this.#message.left > 0 ? this.#take(bytes, offset) : this.#begin(bytes, offset);
      if (next === offset) break;
      offset = next;
    }
    this.#rest = Buffer.from(bytes.subarray(offset));
    this.#onProgress();
  }

  #upgrade(bytes) {
    const end = bytes.indexOf(HANDSHAKE_END);
    if (end < 0) return 0;
    if (!bytes.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) {
      this.#socket.destroy();
      return bytes.length;
    }
    this.#upgraded = true;
    this.#write([...this.#protocol.greeting(this.#document), this.#sync(0, this.#stateVector)]);
    return end + HANDSHAKE_END.length;
  }

  /** Reads a frame's header if it is all there. Returns where the payload begins, else `offset`. */
  #begin(bytes, offset) {
    if (bytes.length - offset < 2) return offset;
    const short = bytes[offset + 1] & 127;
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length - offset < header) return offset;
    const opcode = bytes[offset] & 15;
    const isFinal = (bytes[offset] & 0x80) !== 0;
    const left =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(offset + 2) : Number(bytes.readBigUInt64BE(offset + 2));
    const isData = opcode === 2 || opcode === 0;
    // A fragment goes on with its message; a control frame between two is not expected from any server here.
    if (opcode === 0) Object.assign(this.#message, { left, isFinal });
    else this.#message = { isData, isFinal, opcode, left, length: 0, head: Buffer.alloc(0) };
    if (left === 0 && isFinal) this.#end();
    return offset + header;
  }

  #take(bytes, offset) {
    const message = this.#message;
    const end = Math.min(bytes.length, offset + message.left);
    const missing = HEAD_BYTES - message.head.length;
    if (missing > 0) {
      message.head = Buffer.concat([message.head, bytes.subarray(offset, Math.min(end, offset + missing))]);
    }
    message.length += end - offset;
    message.left -= end - offset;
    if (message.left === 0 && message.isFinal) this.#end();
    return end;
  }

  #end() {
    const { isData, opcode, head, length } = this.#message;
    if (!isData) this.#control(opcode, head);
    else if (head.length > 0) this.#data(head, length);
  }

  #data(head, length) {
    const kind = this.#protocol.classify(head, 0);
    if (kind === 'step1') this.#write([this.#sync(1, EMPTY_UPDATE)]);
    if (kind === 'step2') this.hasState = true;
    if (kind === 'step2' || kind === 'update') this.bytes += length - bodyStart();
  }

  #control(opcode, payload) {
    if (opcode === 9) this.#socket.write(clientFrame(payload, 10));
    else if (opcode === 8) this.#socket.end(clientFrame(payload.subarray(0, 2), 8));
  }

  #sync(step, bytes) {
    return this.#protocol.syncFrame(this.#document, step, bytes);
  }

  #write(payloads) {
    this.#socket.write(Buffer.concat(payloads.map((payload) => clientFrame(payload))));
  }
}
