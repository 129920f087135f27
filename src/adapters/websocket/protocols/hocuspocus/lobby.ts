/** Bounds of what a socket may have waiting for documents that are not open yet. */
export interface LobbyLimits {
  /** Documents of a socket whose token has not come. */
  readonly maxWaitingDocuments: number;
  /** Messages of a socket, for all of its documents that are not open yet, and their bytes. */
  readonly maxWaitingMessages: number;
  readonly maxWaitingBytes: number;
}

/** Counts what a socket has waiting for documents that are not open yet. */
export class Lobby {
  readonly #limits: LobbyLimits;
  #messages = 0;
  #bytes = 0;
  #waiting = 0;
  #entering = 0;
  #onEntered: (() => void)[] = [];

  constructor(limits: LobbyLimits) {
    this.#limits = limits;
  }

  add({ byteLength }: Uint8Array): void {
    this.#messages++;
    this.#bytes += byteLength;
  }

  remove({ byteLength }: Uint8Array): void {
    this.#messages--;
    this.#bytes -= byteLength;
  }

  /** The first frame of a document came, and no token. */
  waits(): void {
    this.#waiting++;
  }

  waitsNoLonger(): void {
    this.#waiting--;
  }

  enters(): void {
    this.#entering++;
  }

  /** It is open, or was refused. */
  hasEntered(): void {
    this.#entering--;
    const told = this.#onEntered;
    this.#onEntered = [];
    for (const each of told) each();
  }

  /** More than any provider has waiting: it is somebody who wants the server's memory. */
  get isOverfull(): boolean {
    const { maxWaitingDocuments, maxWaitingMessages, maxWaitingBytes } = this.#limits;
    return this.#messages > maxWaitingMessages || this.#bytes > maxWaitingBytes || this.#waiting > maxWaitingDocuments;
  }

  /** Resolves when another document may enter; none: now. Whose token is there is no stranger, and has to wait at worst. */
  get turn(): Promise<void> | undefined {
    if (this.#entering < this.#limits.maxWaitingDocuments) return undefined;
    return new Promise((resolve) => this.#onEntered.push(resolve));
  }
}
