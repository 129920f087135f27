/** Tells a long walk when to pause: after so many things or so many bytes, whichever comes first. */
export class Stride {
  readonly #things: number;
  readonly #bytes: number;
  #left: number;
  #from = 0;

  constructor(things: number, bytes: number) {
    this.#things = things;
    this.#bytes = bytes;
    this.#left = things;
  }

  /** One more thing was passed, the walk is at `position`: whether to pause now. */
  isDone(position: number): boolean {
    this.#left--;
    if (this.#left > 0 && position - this.#from < this.#bytes) return false;
    this.#left = this.#things;
    this.#from = position;
    return true;
  }
}
