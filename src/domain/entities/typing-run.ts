import { equalBytes } from '../codecs/equal-bytes.ts';
import { encodeTypedText, readTypedText, type TypedText } from '../codecs/typed-text.ts';
import type { ScannedUpdate } from './integration.ts';

/** Pieces that are put off at most: integrating them takes about a millisecond, and it bounds what they hold. */
const MOST_PIECES = 1000;
const MOST_BYTES = 256;

/**
 * Somebody types: each update is a piece of text right behind the one before it, in front of the same element. Where the
 * first was integrated, so can each that continues it, for it refers to nothing else; and all of them integrate as one
 * piece of text, which costs as much as one of them.
 */
export class TypingRun {
  readonly #first: TypedText;
  #end: number;
  #pieces: TypedText[] = [];

  private constructor(first: TypedText) {
    this.#first = first;
    this.#end = first.end;
  }

  /** A run that starts with an update that was integrated; none where that was something else. */
  static startedBy({ update, scan }: ScannedUpdate): TypingRun | undefined {
    const first = readTypedText(update, scan);
    return first === undefined ? undefined : new TypingRun(first);
  }

  /** Takes an update that continues the run. @returns whether it does */
  takes({ update, scan }: ScannedUpdate): boolean {
    const [range] = scan.structs;
    if (range === undefined || range.clock !== this.#end || range.client !== this.#first.client) return false;
    if (this.#pieces.length >= MOST_PIECES) return false;
    const piece = readTypedText(update, scan);
    if (piece === undefined || !piece.isBehindOwn || piece.text.byteLength > MOST_BYTES) return false;
    if (!equalBytes(piece.rightOrigin, this.#first.rightOrigin)) return false;
    this.#pieces.push(piece);
    this.#end = piece.end;
    return true;
  }

  /** What it has taken since the last call, as one update; none where that is nothing. */
  drain(): Uint8Array | undefined {
    if (this.#pieces.length === 0) return undefined;
    const update = encodeTypedText(this.#pieces);
    this.#pieces = [];
    return update;
  }
}
