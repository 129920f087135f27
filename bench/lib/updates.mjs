import * as encoding from 'lib0/encoding';

/** Writers have the clientIDs FIRST_CLIENT, FIRST_CLIENT + 1, …: five bytes each on the wire, like Yjs's random ones. */
export const FIRST_CLIENT = 0xf0000000;
export const TEXT_NAME = 'text';

/** The update that changes nothing, and the state vector of nobody. */
export const EMPTY_UPDATE = Uint8Array.of(0, 0);
export const EMPTY_STATE_VECTOR = Uint8Array.of(0);

/**
 * The Yjs update (encoding v1) with which writer `writer` types its `clock`-th character at the end of its own text,
 * written by hand because a Y.Doc would cost the load process more than the server under test.
 * @param {number} writer 0-based
 * @param {number} clock 0-based
 * @returns {Uint8Array}
 */
export function typedCharacter(writer, clock) {
  const encoder = encoding.createEncoder();
  const client = FIRST_CLIENT + writer;
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarUint(encoder, client);
  encoding.writeVarUint(encoder, clock);
  if (clock === 0) {
    encoding.writeUint8(encoder, 4);
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarString(encoder, TEXT_NAME);
  } else {
    encoding.writeUint8(encoder, 4 | 0x80);
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock - 1);
  }
  encoding.writeVarString(encoder, String.fromCharCode(97 + (clock % 26)));
  encoding.writeVarUint(encoder, 0);
  return encoding.toUint8Array(encoder);
}

/**
 * What one reader has received: how far each writer's clock is known without a gap, and how many characters were deleted.
 * Servers may merge updates, so content is counted and not frames.
 */
export class Progress {
  /** @param {number} writers */
  constructor(writers) {
    this.clocks = new Float64Array(writers);
    this.deleted = 0;
    this.gaps = 0;
    /** @type {((writer: number, from: number, to: number) => void) | undefined} */
    this.onAdvance = undefined;
  }

  /**
   * Walks an update (encoding v1) without building anything. Understands what these scenarios produce: text, deletions
   * and collected garbage.
   * @param {Uint8Array} bytes
   * @param {number} start
   */
  read(bytes, start) {
    position = start;
    const clients = varUint(bytes);
    for (let i = 0; i < clients; i++) this.#readStructs(bytes);
    const deleters = varUint(bytes);
    for (let i = 0; i < deleters; i++) {
      varUint(bytes);
      const ranges = varUint(bytes);
      for (let j = 0; j < ranges; j++) {
        varUint(bytes);
        this.deleted += varUint(bytes);
      }
    }
  }

  /** @param {Uint8Array} bytes */
  #readStructs(bytes) {
    const structs = varUint(bytes);
    const writer = varUint(bytes) - FIRST_CLIENT;
    const from = varUint(bytes);
    let clock = from;
    for (let i = 0; i < structs; i++) clock += structLength(bytes);
    const known = this.clocks[writer];
    if (known === undefined) return;
    if (from > known) this.gaps++;
    if (clock > known) {
      this.clocks[writer] = clock;
      if (this.onAdvance !== undefined) this.onAdvance(writer, known, clock);
    }
  }
}

let position = 0;

/** @param {Uint8Array} bytes */
function varUint(bytes) {
  let byte = bytes[position++];
  if (byte < 128) return byte;
  let value = byte & 127;
  let factor = 128;
  do {
    byte = bytes[position++];
    value += (byte & 127) * factor;
    factor *= 128;
  } while (byte > 127);
  return value;
}

/** @param {Uint8Array} bytes */
function structLength(bytes) {
  const info = bytes[position++];
  const kind = info & 31;
  if (kind === 0 || kind === 10) return varUint(bytes);
  if (info & 0x80) skipId(bytes);
  if (info & 0x40) skipId(bytes);
  if ((info & 0xc0) === 0) {
    if (varUint(bytes) === 1) skipString(bytes);
    else skipId(bytes);
    if (info & 0x20) skipString(bytes);
  }
  if (kind === 1) return varUint(bytes);
  if (kind === 4) return stringLength(bytes);
  throw new Error(`the load does not write structs of kind ${kind}`);
}

function skipId(bytes) {
  varUint(bytes);
  varUint(bytes);
}

function skipString(bytes) {
  const length = varUint(bytes);
  position += length;
}

/** Yjs counts UTF-16 units. */
function stringLength(bytes) {
  const end = varUint(bytes) + position;
  const start = position;
  position = end;
  for (let i = start; i < end; i++) {
    if (bytes[i] > 127) return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString().length;
  }
  return end - start;
}
