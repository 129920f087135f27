import { ColdState } from './cold-state.ts';

/** Each update is a message of its own, which the newcomer integrates by itself. */
const MOST_UPDATES = 50;

/** Below this many bytes encoding is as good as free, and one message is easier on everyone. */
const SMALL = 64 * 1024;

/** Whether a newcomer is better served by one update, encoded anew, than by these. */
export function isWorthFolding(updates: readonly Uint8Array[]): boolean {
  return updates.length > 1 && (updates.length > MOST_UPDATES || bytesOf(updates) < SMALL);
}

/** An integrated document's state as bytes, kept up to date by adding what it learns, so that joins need no encoding. */
export class UpdateTrail {
  #updates: Uint8Array[] | undefined;
  #state: ColdState | undefined;

  /** @param updates what the document was made of */
  constructor(updates: readonly Uint8Array[]) {
    this.#updates = [...updates];
  }

  /** The document has learned an update. */
  add(update: Uint8Array): void {
    this.#state = undefined;
    this.#updates?.push(update);
    if (this.#updates !== undefined && this.#updates.length > MOST_UPDATES) this.#updates = undefined;
  }

  /** @param encode gives the whole document as one update; called where what was added is too much, or little in all */
  state(encode: () => Uint8Array): ColdState {
    if (this.#updates === undefined || isWorthFolding(this.#updates)) {
      this.#updates = [encode()];
      this.#state = undefined;
    }
    this.#state ??= new ColdState([...this.#updates]);
    return this.#state;
  }
}

function bytesOf(updates: readonly Uint8Array[]): number {
  return updates.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
