import { ByteReader, invalid } from './byte-reader.ts';
import { type ClientSection, StructCursor } from './struct-cursor.ts';

/**
 * Goes through the structs of an update so that each comes after those of the update that it refers to, in the order in
 * which Yjs integrates them (`integrateStructs` in yjs/src/utils/encoding.js): client by client, but whoever waits for a
 * struct lets its client go first.
 */
export class StructOrder {
  readonly #sections: ReadonlyMap<number, ClientSection>;
  readonly #reader: ByteReader;
  readonly #cursors = new Map<number, StructCursor>();
  readonly #unbegun: Iterator<number>;
  #target: StructCursor | undefined;
  /** Whose open struct waits for a struct of the next one. Each client at most once. */
  readonly #stack: StructCursor[] = [];
  readonly #waiting = new Set<StructCursor>();

  constructor(update: Uint8Array, sections: ReadonlyMap<number, ClientSection>) {
    this.#sections = sections;
    this.#reader = new ByteReader(update);
    this.#unbegun = sections.keys();
  }

  /**
   * A cursor with the next struct open, which the caller passes over before asking again.
   * @throws CollaborationError `invalid` for structs that wait for one another: no document can hold them
   */
  next(): StructCursor | undefined {
    let cursor = this.#pop() ?? this.#nextTarget();
    while (cursor !== undefined) {
      const needed = this.#needed(cursor);
      if (needed === undefined) return cursor;
      this.#stack.push(cursor);
      this.#waiting.add(cursor);
      if (this.#waiting.has(needed)) throw invalid('Items refer to one another in a circle.');
      cursor = needed;
    }
    return undefined;
  }

  #pop(): StructCursor | undefined {
    const cursor = this.#stack.pop();
    if (cursor !== undefined) this.#waiting.delete(cursor);
    return cursor;
  }

  #nextTarget(): StructCursor | undefined {
    while (this.#target === undefined || !this.#target.open()) {
      const { value: client, done } = this.#unbegun.next();
      if (done === true) return undefined;
      this.#target = this.#cursor(client);
    }
    return this.#target;
  }

  /** Who has a struct that must come before the open one of `cursor`. */
  #needed({ references }: StructCursor): StructCursor | undefined {
    for (let at = 0; at < references.length; at += 2) {
      const other = this.#cursor(references[at] ?? 0);
      if (other !== undefined && other.clock <= (references[at + 1] ?? 0) && other.open()) return other;
    }
    return undefined;
  }

  #cursor(client: number): StructCursor | undefined {
    const known = this.#cursors.get(client);
    if (known !== undefined) return known;
    const section = this.#sections.get(client);
    if (section === undefined) return undefined;
    const cursor = new StructCursor(this.#reader, section);
    this.#cursors.set(client, cursor);
    return cursor;
  }
}
