import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/** A part of a key: what follows is a string (varString), or an uint32 (big-endian). */
const STRING = 0;
const UINT32 = 1;

/** `['v1', <document>, 'update', <clock>]` is the key of an update. */
const VERSION = 'v1';
const UPDATE = 'update';

/** A half-open range of keys. */
interface KeyRange {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
}

/** Where the keys of documents start: they are sorted by the length of the document's name in bytes, then by it. */
export const FIRST_DOCUMENT = encoding.encode((encoder) => writeString(encoder, VERSION));

/** The document that a key belongs to; none behind the last one. @throws Error where it is no key of y-leveldb */
export function documentOfKey(key: Uint8Array): string | undefined {
  const decoder = decoding.createDecoder(key);
  if (readString(decoder) !== VERSION) return undefined;
  return readString(decoder);
}

/** The keys of the updates of a document, in their order. */
export function updateKeys(document: string): KeyRange {
  const prefix = encoding.encode((encoder) => {
    writeDocument(encoder, document);
    writeString(encoder, UPDATE);
  });
  return { gte: withByte(prefix, UINT32), lt: withByte(prefix, UINT32 + 1) };
}

/** What is greater than every key of the document, and no greater than the first of the next one. */
export function behindDocument(document: string): Uint8Array {
  const prefix = encoding.encode((encoder) => writeDocument(encoder, document));
  // Behind the name comes a string or nothing.
  return withByte(prefix, 0xff);
}

function writeDocument(encoder: encoding.Encoder, document: string): void {
  writeString(encoder, VERSION);
  writeString(encoder, document);
}

function writeString(encoder: encoding.Encoder, value: string): void {
  encoding.writeUint8(encoder, STRING);
  encoding.writeVarString(encoder, value);
}

function readString(decoder: decoding.Decoder): string {
  if (decoding.readUint8(decoder) !== STRING) throw new Error('a key of the database is none of y-leveldb');
  return decoding.readVarString(decoder);
}

function withByte(bytes: Uint8Array, last: number): Uint8Array {
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  longer[bytes.length] = last;
  return longer;
}
