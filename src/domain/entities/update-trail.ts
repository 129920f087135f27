import { ColdState } from './cold-state.ts';

/** Past this many updates, or half of what they follow, encoding the document anew is cheaper than sending them all. */
const MOST_UPDATES = 500;
const LEAST_BYTES = 64 * 1024;

/** An integrated document's state as bytes, kept up to date by adding what it learns, so that joins need no encoding. */
export class UpdateTrail {
  #updates: Uint8Array[] | undefined;
  #state: ColdState | undefined;
  #added = 0;
  #addedBytes = 0;
  #baseBytes: number;

  /** @param updates what the document was made of */
  constructor(updates: readonly Uint8Array[]) {
    this.#updates = [...updates];
    this.#baseBytes = bytesOf(updates);
  }

  /** The document has learned an update. */
  add(update: Uint8Array): void {
    this.#state = undefined;
    if (this.#updates === undefined) return;
    this.#updates.push(update);
    this.#added++;
    this.#addedBytes += update.byteLength;
    const most = Math.max(LEAST_BYTES, this.#baseBytes / 2);
    if (this.#added > MOST_UPDATES || this.#addedBytes > most) this.#updates = undefined;
  }

  /** @param encode gives the whole document as one update; called where what was added is too much */
  state(encode: () => Uint8Array): ColdState {
    if (this.#updates === undefined) {
      this.#updates = [encode()];
      this.#baseBytes = bytesOf(this.#updates);
      this.#added = 0;
      this.#addedBytes = 0;
    }
    this.#state ??= new ColdState([...this.#updates]);
    return this.#state;
  }
}

function bytesOf(updates: readonly Uint8Array[]): number {
  return updates.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
