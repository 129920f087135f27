import { CollaborationError } from '../errors.ts';
import type { DocumentId } from './document-id.ts';

/** UTF-16 code units; no document id is longer. */
const MAX_PATTERN_LENGTH = 256;

/** Any run of characters without a slash, any run of characters at all, or this character. */
type Piece = '*' | '**' | { readonly character: string };

/**
 * Which documents: an id, in which `*` stands for anything within a segment of the path, and `**` for anything. Everything
 * else, upper and lower case too, stands for itself.
 */
export class DocumentPattern {
  readonly value: string;
  readonly #pieces: readonly Piece[];

  private constructor(value: string) {
    this.value = value;
    this.#pieces = piecesOf(value);
  }

  /** The only door to a DocumentPattern. @throws CollaborationError `invalid` */
  static parse(raw: unknown): DocumentPattern {
    if (typeof raw !== 'string' || raw.length === 0 || raw.length > MAX_PATTERN_LENGTH) {
      throw new CollaborationError('invalid', `A document pattern has 1 to ${MAX_PATTERN_LENGTH} characters.`);
    }
    return new DocumentPattern(raw);
  }

  /**
   * Takes each character of the id once, with all places in the pattern where a match may stand by then: whatever the
   * pattern, no more than its length times the id's.
   */
  matches({ value }: DocumentId): boolean {
    const pieces = this.#pieces;
    let places = new Uint8Array(pieces.length + 1);
    places[0] = 1;
    passStars(pieces, places);
    for (let at = 0; at < value.length; at++) {
      const next = new Uint8Array(pieces.length + 1);
      if (!step(pieces, places, value.charAt(at), next)) return false;
      passStars(pieces, next);
      places = next;
    }
    return places[pieces.length] === 1;
  }
}

/** A run of more than one star is `**`. */
function piecesOf(pattern: string): readonly Piece[] {
  return [...pattern.matchAll(/\*+|[^*]/gs)].map(([piece]) => {
    if (!piece.startsWith('*')) return { character: piece };
    return piece === '*' ? '*' : '**';
  });
}

/** Where a match may stand behind one more character. @returns whether there is any such place */
function step(pieces: readonly Piece[], places: Uint8Array, character: string, next: Uint8Array): boolean {
  let isAlive = false;
  pieces.forEach((piece, at) => {
    if (places[at] !== 1) return;
    if (typeof piece === 'object') {
      if (piece.character !== character) return;
      next[at + 1] = 1;
    } else {
      if (piece === '*' && character === '/') return;
      next[at] = 1;
    }
    isAlive = true;
  });
  return isAlive;
}

/** A star may stand for nothing. */
function passStars(pieces: readonly Piece[], places: Uint8Array): void {
  pieces.forEach((piece, at) => {
    if (places[at] === 1 && typeof piece === 'string') places[at + 1] = 1;
  });
}
