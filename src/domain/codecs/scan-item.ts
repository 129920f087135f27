import { type ByteReader, invalid } from './byte-reader.ts';
import { MAX_CLOCK } from './clock.ts';
import { skipAny, skipDocOptions, skipJson, skipJsonOrUndefined } from './skip-value.ts';

/** Bits of an item's info byte: `Item.write` in yjs/src/structs/Item.js. */
export const HAS_ORIGIN = 0x80;
export const HAS_RIGHT_ORIGIN = 0x40;
export const HAS_PARENT_SUB = 0x20;
export const CONTENT = 0x1f;

/** YArray, YMap, YText, YXmlElement, YXmlFragment, YXmlHook, YXmlText: yjs/src/structs/ContentType.js. */
const TYPE_REFS = 7;
const XML_ELEMENT = 3;
const XML_HOOK = 5;

/** Passes over the Item `client:clock` behind its info byte. Returns its length. Throws `invalid`. */
export function scanItem(reader: ByteReader, info: number, client: number, clock: number): number {
  if ((info & HAS_ORIGIN) !== 0) scanId(reader, client, clock);
  if ((info & HAS_RIGHT_ORIGIN) !== 0) scanId(reader, client, clock);
  if ((info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN)) === 0) {
    if (reader.varUint() === 1) reader.skipText();
    else scanId(reader, client, clock);
    if ((info & HAS_PARENT_SUB) !== 0) reader.skipText();
  }
  return scanContent(reader, info & CONTENT);
}

/** A reference of the item `client:clock`. Yjs looks one to the same client up unchecked, so it must point backwards. */
function scanId(reader: ByteReader, client: number, clock: number): void {
  const otherClient = reader.varUint();
  const otherClock = reader.varUint();
  if (otherClock >= MAX_CLOCK) throw invalid('A clock is beyond 2^48.');
  if (otherClient === client && otherClock >= clock) throw invalid('An item refers to itself or to what follows it.');
}

/**
 * Passes over an item's content and returns its length. Content references by number: `contentRefs` in
 * yjs/src/structs/Item.js. Throws `invalid`.
 */
export function scanContent(reader: ByteReader, ref: number): number {
  switch (ref) {
    case 4:
      return reader.skipText();
    case 1: // deleted
      return reader.varUint();
    case 2: {
      const count = reader.count(2);
      for (let left = count; left > 0; left--) skipJsonOrUndefined(reader);
      return count;
    }
    case 8: {
      const count = reader.count(1);
      for (let left = count; left > 0; left--) skipAny(reader);
      return count;
    }
    default:
      scanSingle(reader, ref);
      return 1;
  }
}

function scanSingle(reader: ByteReader, ref: number): void {
  switch (ref) {
    case 3: // binary
      reader.skip(reader.varUint());
      break;
    case 5: // embed
      skipJson(reader);
      break;
    case 6: // format
      reader.skipText();
      skipJson(reader);
      break;
    case 7:
      scanType(reader);
      break;
    case 9: // subdocument
      reader.skipText();
      skipDocOptions(reader);
      break;
    default:
      throw invalid(`An item has the unknown content ${ref}.`);
  }
}

function scanType(reader: ByteReader): void {
  const ref = reader.varUint();
  if (ref >= TYPE_REFS) throw invalid(`An item has the unknown type ${ref}.`);
  if (ref === XML_ELEMENT || ref === XML_HOOK) reader.skipText();
}
