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

/** With so much in it, collecting the garbage of a heap with its Yjs items takes some twenty milliseconds. */
const HOSTED_BYTES = 2048 * KIB;

/** One update of so many bytes takes longer to integrate than others should wait. */
const HOSTED_UPDATE = 256 * KIB;

interface Stored {
  readonly updates: readonly Uint8Array[];
  readonly bytes: number;
}

export function isSmallStep(update: Uint8Array): boolean {
  return update.byteLength <= SMALL_STEP;
}

/** Whether a document of these updates is integrated soon enough that nobody has to wait for it. */
export function isQuicklyIntegrated({ updates, bytes }: Stored): boolean {
  return bytes <= INTEGRATED_BYTES && updates.length <= INTEGRATED_UPDATES;
}

/** Whether an integrated document whose updates have so many bytes is encoded soon enough that nobody has to wait. */
export function isQuicklyEncoded(bytes: number): boolean {
  return bytes <= ENCODED_BYTES;
}

/** Whether a document of so many bytes that is to learn an update of so many is better integrated in another thread. */
export function isHeavy(bytes: number, update: number): boolean {
  return bytes > HOSTED_BYTES || update > HOSTED_UPDATE;
}

export function bytesOf(updates: readonly Uint8Array[]): number {
  return updates.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
