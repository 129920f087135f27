import { type ByteReader, invalid } from './byte-reader.ts';
import { advance, MAX_CLOCK } from './clock.ts';
import { CONTENT, HAS_ORIGIN, HAS_PARENT_SUB, HAS_RIGHT_ORIGIN, scanContent } from './scan-item.ts';
import { GC, SKIP } from './scan-update.ts';
import { skipAny, skipJsonOrUndefined } from './skip-value.ts';

/** Where the structs of one client lie in an update. */
export interface ClientSection {
  readonly client: number;
  /** Clock of the first struct. */
  readonly clock: number;
  /** Number of structs, Skip structs included. */
  readonly count: number;
  /** Offset of the first struct in the update. */
  readonly at: number;
}

/** Contents that can be cut between two elements: the parts are items as Yjs makes them when it splits one. */
const JSON_LIST = 2;
const STRING = 4;
const ANY_LIST = 8;

/** Bytes of a character in UTF-8. */
const LONGEST_CHARACTER = 4;

/**
 * Reads the structs of one client, one at a time and a large one bit by bit, without building any. Cursors of several
 * clients may share a reader. Throws `invalid` for what `scanUpdate` refuses.
 */
export class StructCursor {
  readonly client: number;
  /** The first clock that was not passed. */
  clock: number;
  /** The open struct is bytes `[from, contentAt)` and then its content, of which all before `position` was passed. */
  from = 0;
  contentAt = 0;
  position: number;
  info = GC;
  /** What the open struct refers to, in Yjs's order of asking for it: client, clock, client, clock … */
  readonly references: number[] = [];
  /** Where the right origin of the open struct lies. Nothing where it has none. */
  rightOrigin: readonly [from: number, to: number] | undefined;
  /** Of contents that can be cut: bytes of a string or elements of a list that were not passed. */
  contentLeft = 0;
  readonly #reader: ByteReader;
  #unopened: number;
  #isOpen = false;

  constructor(reader: ByteReader, section: ClientSection) {
    this.client = section.client;
    this.clock = section.clock;
    this.position = section.at;
    this.#unopened = section.count;
    this.#reader = reader;
  }

  /** Opens the next struct and reads all but its content, unless one is open. Returns false behind the last one. */
  open(): boolean {
    if (this.#isOpen) return true;
    if (this.#unopened === 0) return false;
    this.#unopened--;
    this.#isOpen = true;
    const reader = this.#reader;
    reader.position = this.position;
    this.from = this.position;
    this.info = reader.byte();
    this.references.length = 0;
    this.rightOrigin = undefined;
    if (this.info !== GC && this.info !== SKIP) this.#readReferences();
    this.contentAt = reader.position;
    const content = this.info & CONTENT;
    this.contentLeft = 0;
    if (content === STRING) this.#openContent(1);
    else if (content === ANY_LIST) this.#openContent(1);
    else if (content === JSON_LIST) this.#openContent(2);
    this.position = reader.position;
    return true;
  }

  /**
   * Passes over at most about `bytes` of the open struct's content, or over all of it where it cannot be cut. Returns
   * whether that was the end of the struct.
   */
  pass(bytes: number): boolean {
    this.#reader.position = this.position;
    this.clock = advance(this.clock, this.#passContent(bytes));
    this.position = this.#reader.position;
    this.#isOpen = this.contentLeft > 0;
    return !this.#isOpen;
  }

  #openContent(elementBytes: number): void {
    this.contentLeft = this.#reader.count(elementBytes);
  }

  #readReferences(): void {
    const { info } = this;
    const reader = this.#reader;
    if ((info & HAS_ORIGIN) !== 0) this.#readReference();
    if ((info & HAS_RIGHT_ORIGIN) !== 0) {
      const from = reader.position;
      this.#readReference();
      this.rightOrigin = [from, reader.position];
    }
    if ((info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN)) !== 0) return;
    if (reader.varUint() === 1) reader.skipText();
    else this.#readReference();
    if ((info & HAS_PARENT_SUB) !== 0) reader.skipText();
  }

  #readReference(): void {
    const client = this.#reader.varUint();
    const clock = this.#reader.varUint();
    if (clock >= MAX_CLOCK) throw invalid('A clock is beyond 2^48.');
    if (client !== this.client) this.references.push(client, clock);
    else if (clock >= this.clock) throw invalid('An item refers to itself or to what follows it.');
  }

  #passContent(bytes: number): number {
    const { info } = this;
    const reader = this.#reader;
    if (info === GC || info === SKIP) return reader.varUint();
    switch (info & CONTENT) {
      case STRING:
        return this.#passText(bytes);
      case ANY_LIST:
      case JSON_LIST:
        return this.#passList(bytes);
      default:
        return scanContent(reader, info & CONTENT);
    }
  }

  #passText(bytes: number): number {
    const reader = this.#reader;
    const most = Math.max(bytes, LONGEST_CHARACTER);
    const length = this.contentLeft <= most ? this.contentLeft : placeToCut(reader, most, this.contentLeft);
    this.contentLeft -= length;
    return reader.skipUtf8(length);
  }

  #passList(bytes: number): number {
    const reader = this.#reader;
    const before = this.contentLeft;
    const end = reader.position + bytes;
    const skip = (this.info & CONTENT) === ANY_LIST ? skipAny : skipJsonOrUndefined;
    while (this.contentLeft > 0 && reader.position < end) {
      skip(reader);
      this.contentLeft--;
    }
    return before - this.contentLeft;
  }
}

/**
 * About `most` bytes after which a text of `left` bytes may be cut: not within a character, and not between two U+FFFD.
 * Those two may be what is left of a surrogate pair that Yjs has split; another document has the pair, and to put
 * something behind its first half would split it there too.
 */
function placeToCut({ bytes, position }: ByteReader, most: number, left: number): number {
  const mayBeCut = (length: number) =>
    ((bytes[position + length] ?? 0) & 0xc0) !== 0x80 &&
    !(isReplacement(bytes, position + length) && isReplacement(bytes, position + length - 3));
  for (let length = most; length > 0; length--) if (mayBeCut(length)) return length;
  for (let length = most + 1; length < left; length++) if (mayBeCut(length)) return length;
  return left;
}

/** U+FFFD in UTF-8. */
function isReplacement(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd;
}
