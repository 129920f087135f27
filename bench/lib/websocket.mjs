import { createConnection } from 'node:net';

const OPCODE_CLOSE = 8;
const OPCODE_PING = 9;
const OPCODE_PONG = 10;
const HANDSHAKE_END = Buffer.from('\r\n\r\n');

/**
 * One masked binary client frame (RFC 6455). The masking key is zero, which is legal and costs the server the same XOR
 * as any other, while the load process is spared its own half.
 * @param {Uint8Array} payload
 * @param {number} [opcode]
 * @returns {Buffer}
 */
export function clientFrame(payload, opcode = 2) {
  const { length } = payload;
  const header = length < 126 ? 6 : length < 65536 ? 8 : 14;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = 0x80 | opcode;
  if (length < 126) frame[1] = 0x80 | length;
  else if (length < 65536) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 0x80 | 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.fill(0, header - 4, header);
  frame.set(payload, header);
  return frame;
}

/**
 * A WebSocket client that does no more than the load needs: no extensions, no fragments, and frames are handed over as
 * (buffer, start, end), so that counting millions of them allocates nothing.
 */
export class RawWebSocket {
  #socket;
  /** @type {Buffer[]} */
  #chunks = [];
  #buffered = 0;
  #needed = 1;
  #upgraded = false;
  #resolveOpen;
  #rejectOpen;
  #resolveClosed;

  /**
   * @param {{ host: string, port: number, path: string, onFrame: (buffer: Buffer, start: number, end: number) => void }} options
   */
  constructor({ host, port, path, onFrame }) {
    this.onFrame = onFrame;
    this.isClosed = false;
    this.opened = new Promise((resolve, reject) => {
      this.#resolveOpen = resolve;
      this.#rejectOpen = reject;
    });
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#socket = createConnection({ host, port, noDelay: true });
    this.#socket.on('connect', () => this.#socket.write(upgradeRequest(host, port, path)));
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#end(error));
    this.#socket.on('close', () => this.#end(new Error('the server closed the connection')));
  }

  /** @param {Uint8Array} frames whole frames, one or many */
  write(frames) {
    this.#socket.write(frames);
  }

  /** Says goodbye as a browser does; gives up on a silent server after two seconds. */
  async close() {
    if (this.isClosed) return;
    this.#socket.write(clientFrame(Uint8Array.of(3, 232), OPCODE_CLOSE));
    const timer = setTimeout(() => this.#socket.destroy(), 2000);
    await this.closed;
    clearTimeout(timer);
  }

  destroy() {
    this.#socket.destroy();
  }

  /** @param {Error} error */
  #end(error) {
    this.isClosed = true;
    this.#rejectOpen(error);
    this.#resolveClosed();
    this.#socket.destroy();
  }

  /** @param {Buffer} chunk */
  #receive(chunk) {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered < this.#needed) return;
    const buffer = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#buffered);
    const consumed = this.#upgraded ? this.#parse(buffer, 0) : this.#upgrade(buffer);
    const rest = buffer.length - consumed;
    this.#chunks = rest > 0 ? [buffer.subarray(consumed)] : [];
    this.#buffered = rest;
  }

  /** @param {Buffer} buffer */
  #upgrade(buffer) {
    const end = buffer.indexOf(HANDSHAKE_END);
    if (end < 0) return 0;
    if (!buffer.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) {
      this.#end(new Error(`upgrade refused: ${buffer.subarray(0, buffer.indexOf('\r')).toString()}`));
      return buffer.length;
    }
    this.#upgraded = true;
    this.#resolveOpen();
    return this.#parse(buffer, end + 4);
  }

  /**
   * @param {Buffer} buffer
   * @param {number} from
   * @returns {number} bytes consumed; `#needed` then says how many are needed for the next frame
   */
  #parse(buffer, from) {
    let offset = from;
    while (buffer.length - offset >= 2) {
      const first = buffer[offset];
      let length = buffer[offset + 1];
      let start = offset + 2;
      if (length === 126) {
        if (buffer.length < start + 2) break;
        length = buffer.readUInt16BE(start);
        start += 2;
      } else if (length === 127) {
        if (buffer.length < start + 8) break;
        length = Number(buffer.readBigUInt64BE(start));
        start += 8;
      }
      const end = start + length;
      if (buffer.length < end) {
        this.#needed = end - offset;
        return offset;
      }
      if (first === 0x82) this.onFrame(buffer, start, end);
      else this.#control(first, buffer.subarray(start, end));
      offset = end;
    }
    this.#needed = buffer.length - offset + 1;
    return offset;
  }

  /**
   * @param {number} first
   * @param {Buffer} payload
   */
  #control(first, payload) {
    const opcode = first & 15;
    if ((first & 0x80) === 0 || opcode === 0)
      throw new Error('fragmented frames are not expected from any server here');
    if (opcode === OPCODE_PING) this.#socket.write(clientFrame(payload, OPCODE_PONG));
    else if (opcode === OPCODE_CLOSE) {
      this.closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : undefined;
      this.#socket.end(clientFrame(payload.subarray(0, 2), OPCODE_CLOSE));
    }
  }
}

export function upgradeRequest(host, port, path) {
  return (
    `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
  );
}
