import { type ByteReader, invalid } from './byte-reader.ts';
import { MAX_DEPTH, parseJson } from './json.ts';

/**
 * lib0 assigns this key like any other and so sets the prototype of the value it reads. With a Uint8Array as prototype,
 * `writeAny` takes the value for one and throws: the document could never be encoded again.
 */
const PROTOTYPE_KEY = '__proto__';

const UNSAFE_DOC_OPTIONS: ReadonlySet<string> = new Set(['guid', 'gcFilter', PROTOTYPE_KEY]);

/** Passes over one `any` value of lib0 (`readAny` in lib0/decoding.js). Throws `invalid`. */
export function skipAny(reader: ByteReader, depth = 0): void {
  if (depth > MAX_DEPTH) throw invalid('A value is nested too deeply.');
  const tag = reader.byte();
  switch (tag) {
    case 127: // undefined
    case 126: // null
    case 121: // false
    case 120: // true
      return;
    case 125:
      reader.skipVarInt();
      return;
    case 124: // float32
      reader.skip(4);
      return;
    case 123: // float64
    case 122: // bigint
      reader.skip(8);
      return;
    case 119:
      reader.skipText();
      return;
    case 118:
      skipObject(reader, depth);
      return;
    case 117:
      for (let left = reader.count(1); left > 0; left--) skipAny(reader, depth + 1);
      return;
    case 116:
      reader.skip(reader.varUint());
      return;
    default:
      throw invalid(`A value has the unknown type ${tag}.`);
  }
}

function skipObject(reader: ByteReader, depth: number): void {
  for (let left = reader.count(2); left > 0; left--) {
    const start = reader.position;
    if (reader.skipText() === PROTOTYPE_KEY.length && textAt(reader, start) === PROTOTYPE_KEY) {
      throw invalid(`A value has the key ${PROTOTYPE_KEY}.`);
    }
    skipAny(reader, depth + 1);
  }
}

function textAt(reader: ByteReader, position: number): string {
  reader.position = position;
  return reader.text();
}

/**
 * Passes over the options of a subdocument (`readContentDoc` in yjs/src/structs/ContentDoc.js). They are spread into the
 * arguments of `new Doc`: a `guid` in them replaces the real one by any value, which may not be writable as a string.
 */
export function skipDocOptions(reader: ByteReader): void {
  if (reader.byte() !== 118) throw invalid('The options of a subdocument are not an object.');
  for (let left = reader.count(2); left > 0; left--) {
    const key = reader.text();
    if (UNSAFE_DOC_OPTIONS.has(key)) throw invalid(`A subdocument has the option ${key}.`);
    skipAny(reader, 1);
  }
}

/** Passes over one varString of JSON. Throws `invalid`, also for what `JSON.stringify` could not write again. */
export function skipJson(reader: ByteReader): void {
  const text = reader.text();
  if (text !== 'null' && text !== 'true') parseJson(text);
}

/** As `skipJson`, where `undefined` is a value too (`readContentJSON` in yjs/src/structs/ContentJSON.js). */
export function skipJsonOrUndefined(reader: ByteReader): void {
  const text = reader.text();
  if (text !== 'undefined') parseJson(text);
}
