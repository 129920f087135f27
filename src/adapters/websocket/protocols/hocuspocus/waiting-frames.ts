import type { Lobby } from './lobby.ts';

/** Frames of a document that is not open yet, counted with those of the whole socket. */
export class WaitingFrames {
  readonly #lobby: Lobby;
  #frames: Buffer[] = [];

  constructor(lobby: Lobby) {
    this.#lobby = lobby;
  }

  keep(frame: Buffer): void {
    // A copy: a view would keep all that came with it.
    this.#frames.push(Buffer.from(frame));
    this.#lobby.add(frame);
  }

  /** The oldest of them, which waits no longer. */
  take(): Buffer | undefined {
    const frame = this.#frames.shift();
    if (frame !== undefined) this.#lobby.remove(frame);
    return frame;
  }

  drop(): void {
    for (const frame of this.#frames) this.#lobby.remove(frame);
    this.#frames = [];
  }
}
