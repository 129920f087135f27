import * as Y from 'yjs';
import { ColdState } from './cold-state.ts';
import { bytesOf, isQuicklyEncoded } from './document-weight.ts';

/** Each update is a message of its own, which the newcomer integrates by itself. */
const MOST_UPDATES = 50;

/** Below this many bytes encoding is as good as free, and one message is easier on everyone. */
const SMALL = 64 * 1024;

/** Whether a newcomer is better served by one update, encoded anew, than by these. */
export function isWorthFolding(updates: readonly Uint8Array[]): boolean {
  if (updates.length < 2) return false;
  const bytes = bytesOf(updates);
  return bytes < SMALL || (updates.length > MOST_UPDATES && isQuicklyEncoded(bytes));
}

/** An update, or several merged into one; how often it was merged. */
interface Part {
  readonly update: Uint8Array;
  readonly tier: number;
}

/** Updates that are merged elsewhere, while more may come. */
export interface Folding {
  readonly updates: readonly Uint8Array[];
  /** Puts what they were merged into in their place. */
  replace(merged: Uint8Array): void;
}

/** No part that is as large is merged any more. */
const FINAL = Number.POSITIVE_INFINITY;

/**
 * Bytes merged in one go, but for the last part: they may be a thousand structs, and take milliseconds. A part that is as
 * large is final.
 */
const MERGED_BYTES = 16 * 1024;

/** `encoded`: where encoding the document is cheap, its updates are dropped for that; `kept`: they always are. */
type Keeping = 'encoded' | 'kept';

/** An integrated document's state as bytes, kept up to date by adding what it learns, so that joins need no encoding. */
export class UpdateTrail {
  /** None where the document must be encoded before somebody joins. */
  #parts: Part[] | undefined;
  #bytes: number;
  #added = 0;
  /** Bytes of what it was made of, before it learned anything. */
  #baseBytes: number;
  #state: ColdState | undefined;
  #updates: readonly Uint8Array[] | undefined;
  readonly #keeping: Keeping;

  /** @param updates what the document was made of */
  constructor(updates: readonly Uint8Array[], keeping: Keeping = 'encoded') {
    this.#keeping = keeping;
    this.#parts = updates.map(partOf);
    this.#bytes = bytesOf(updates);
    this.#baseBytes = this.#bytes;
  }

  /** Of all updates, as they came: at least what the document would have as one. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The document has learned an update. */
  add(update: Uint8Array): void {
    this.#forget();
    this.#bytes += update.byteLength;
    this.#added += update.byteLength;
    if (this.#parts === undefined) return;
    this.#parts.push(partOf(update));
    if (this.#parts.length <= MOST_UPDATES) return;
    if (this.#keeping === 'encoded' && isQuicklyEncoded(this.#bytes)) this.#parts = undefined;
    else mergeTiers(this.#parts);
  }

  /** Bytes that were ever added. */
  get added(): number {
    return this.#added;
  }

  /** The updates that are kept. The same array until something is learned. */
  get updates(): readonly Uint8Array[] {
    this.#updates ??= (this.#parts ?? []).map(({ update }) => update);
    return this.#updates;
  }

  /** Whether what it has learned is so much that it had better be merged with the rest before it is sent to anybody. */
  get isLong(): boolean {
    return !isQuicklyEncoded(this.#bytes) && this.#bytes - this.#baseBytes > Math.max(SMALL, this.#baseBytes / 2);
  }

  /** Its updates, to be merged elsewhere; none where they are not kept, for encoding the document is cheaper. */
  folding(): Folding | undefined {
    const parts = this.#parts?.map(({ update }) => ({ update, tier: FINAL }));
    if (parts === undefined) return undefined;
    // Not merged with what comes meanwhile.
    this.#parts = [...parts];
    const { length } = parts;
    return {
      updates: this.updates,
      replace: (merged) => {
        const now = this.#parts;
        if (now === undefined || now[0] !== parts[0]) return;
        now.splice(0, length, { update: merged, tier: FINAL });
        this.#baseBytes = merged.byteLength;
        this.#bytes = bytesOf(now.map(({ update }) => update));
        this.#forget();
      },
    };
  }

  /** @param encode gives the whole document as one update; called where what was added is too much, or little in all */
  state(encode: () => Uint8Array): ColdState {
    if (this.#parts === undefined || isWorthFolding(this.updates)) {
      const update = encode();
      this.#parts = [partOf(update)];
      this.#bytes = update.byteLength;
      this.#baseBytes = this.#bytes;
      this.#forget();
    }
    this.#state ??= new ColdState(this.updates);
    return this.#state;
  }

  #forget(): void {
    this.#state = undefined;
    this.#updates = undefined;
  }
}

function partOf(update: Uint8Array): Part {
  return { update, tier: update.byteLength < MERGED_BYTES ? 0 : FINAL };
}

/**
 * A document too large to be encoded: fifty parts of a tier, or as many as are a fair piece of work, become one of the
 * next, so each byte is merged a few times.
 */
function mergeTiers(parts: Part[]): void {
  for (;;) {
    const tier = parts.at(-1)?.tier ?? FINAL;
    if (tier === FINAL) return;
    let first = parts.length;
    let bytes = 0;
    while (parts.length - first < MOST_UPDATES && bytes < MERGED_BYTES && parts[first - 1]?.tier === tier) {
      first--;
      bytes += parts[first]?.update.byteLength ?? 0;
    }
    if (parts.length - first < MOST_UPDATES && bytes < MERGED_BYTES) return;
    const update = Y.mergeUpdates(parts.slice(first).map((part) => part.update));
    parts.splice(first, parts.length - first, { update, tier: update.byteLength < MERGED_BYTES ? tier + 1 : FINAL });
  }
}
