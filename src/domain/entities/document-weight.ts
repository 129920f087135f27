/** Updates that are handled one after the other before others have their turn. */
export const UPDATES_A_STEP = 100;

const KIB = 1024;

/** Bytes of one update that is scanned or integrated in one go, within a few milliseconds. */
const SMALL_STEP = 64 * KIB;

/** Integrating so much takes about ten milliseconds. */
const INTEGRATED_BYTES = 128 * KIB;
const INTEGRATED_UPDATES = 500;

/** Encoding so much takes about twenty milliseconds. */
const ENCODED_BYTES = 1024 * KIB;

/** A heap with so many Yjs structs is collected within some ten milliseconds; so many are in so many bytes at most. */
const MANY_STRUCTS = 50_000;
const HOSTED_BYTES = 1024 * KIB;

/** One update of so many bytes takes longer to integrate than others should wait. */
const HOSTED_UPDATE = 256 * KIB;

/** Updates of so many bytes in all, and so many of them, are integrated and passed on in one go. */
const BURST_BYTES = 128 * KIB;
const BURST_UPDATES = 1000;

interface Stored {
  readonly updates: readonly Uint8Array[];
  readonly bytes: number;
}

export function isSmallStep(update: Uint8Array): boolean {
  return update.byteLength <= SMALL_STEP;
}

/** Counts updates that are handled one after the other. */
export class Step {
  #updates = 0;
  #bytes = 0;

  /** Whether others should have their turn once this one is handled too. */
  isOverWith({ byteLength }: Uint8Array): boolean {
    this.#updates++;
    this.#bytes += byteLength;
    if (this.#updates < UPDATES_A_STEP && this.#bytes < SMALL_STEP) return false;
    this.#updates = 0;
    this.#bytes = 0;
    return true;
  }
}

/** Whether a document of these updates is integrated soon enough that nobody has to wait for it. */
export function isQuicklyIntegrated({ updates, bytes }: Stored): boolean {
  return bytes <= INTEGRATED_BYTES && updates.length <= INTEGRATED_UPDATES;
}

/** Whether an integrated document whose updates have so many bytes is encoded soon enough that nobody has to wait. */
export function isQuicklyEncoded(bytes: number): boolean {
  return bytes <= ENCODED_BYTES;
}

/** Whether a document has too much in it to be integrated on the event loop. */
export function isHeavy(bytes: number): boolean {
  return bytes > HOSTED_BYTES;
}

export function hasManyStructs(structs: number): boolean {
  return structs > MANY_STRUCTS;
}

/** Whether an update is integrated soon enough that nobody has to wait for it. */
export function isQuicklyLearned({ byteLength }: Uint8Array): boolean {
  return byteLength <= HOSTED_UPDATE;
}

/** How many of these updates, from the first one, make a burst; at least one. */
export function burstLength(updates: readonly { readonly update: Uint8Array }[]): number {
  const most = Math.min(updates.length, BURST_UPDATES);
  let bytes = 0;
  for (let at = 0; at < most; at++) {
    bytes += updates[at]?.update.byteLength ?? 0;
    if (bytes > BURST_BYTES) return Math.max(1, at);
  }
  return most;
}

export function bytesOf(updates: readonly Uint8Array[]): number {
  return updates.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
