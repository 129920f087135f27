import type { Certainty } from '../core/connection.ts';

/** An update of no structs starts with their number. */
const DELETES_ONLY = 0;

/**
 * Tells the acknowledgements of a y-websocket server from others' changes. The server sends an update back to its sender,
 * byte for byte, once it is on disk, in the order in which they were sent; on the wire that looks like a change of
 * somebody else.
 *
 * An update with content bears its client's id, which nobody else uses. One that only deletes bears none: the same
 * deletion, made by somebody else in the same moment, looks like the echo some milliseconds before it is true. So its
 * echo is only a likely sign.
 */
export class Echoes {
  #expected: Uint8Array[] = [];
  #bytes = 0;

  /** Bytes of the updates whose echo is missing. */
  get bytes(): number {
    return this.#bytes;
  }

  expect(update: Uint8Array): void {
    this.#expected.push(update);
    this.#bytes += update.byteLength;
  }

  /** @returns what an update from the server proves of one's own; undefined where it is somebody else's */
  match(update: Uint8Array): Certainty | undefined {
    // One that was refused before has no echo, so it need not be the first.
    const at = this.#expected.findIndex((each) => equalBytes(each, update));
    if (at < 0) return undefined;
    this.#expected.splice(at, 1);
    this.#bytes -= update.byteLength;
    return update[0] === DELETES_ONLY ? 'likely' : 'certain';
  }
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, at) => byte === b[at]);
}
