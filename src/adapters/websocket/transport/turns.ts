/** Bytes that a large message is written in at a time. */
export const PIECE = 64 * 1024;

/** Pieces in one turn of the event loop: a few milliseconds of copying into the system's buffers. */
const PIECES_A_TURN = 16;

/** Something that has more to write than it may at once. */
interface Waiting {
  /** Writes one piece. */
  turn(): void;
}

/**
 * Lets everyone who has much to write do so piece by piece, in turn. Otherwise a hundred clients that join a large document
 * at once have all of it copied, megabyte by megabyte, before anybody else is heard.
 */
export class Turns {
  #waiting: Waiting[] = [];

  ask(who: Waiting): void {
    this.#waiting.push(who);
    if (this.#waiting.length === 1) setImmediate(() => this.#go());
  }

  #go(): void {
    const now = this.#waiting.slice(0, PIECES_A_TURN);
    // What asks again meanwhile stands behind everyone who waits.
    this.#waiting = this.#waiting.slice(PIECES_A_TURN);
    if (this.#waiting.length > 0) setImmediate(() => this.#go());
    for (const each of now) each.turn();
  }
}
