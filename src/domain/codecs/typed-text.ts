import * as encoding from 'lib0/encoding';
import { ByteReader } from './byte-reader.ts';
import { CONTENT, HAS_ORIGIN, HAS_PARENT_SUB, HAS_RIGHT_ORIGIN } from './scan-item.ts';
import type { UpdateScan } from './scan-update.ts';

const STRING = 4;
const NONE = new Uint8Array(0);

/** An update that is one piece of text of one client, and nothing else: what typing makes. */
export interface TypedText {
  readonly client: number;
  /** Clocks `[clock, end)`. */
  readonly clock: number;
  readonly end: number;
  /** Whether it was put right behind the element of the same client that comes before it by its clock. */
  readonly isBehindOwn: boolean;
  /** The id of the element that it was put before, as it is encoded; no bytes where there was none. */
  readonly rightOrigin: Uint8Array;
  /** UTF-8. */
  readonly text: Uint8Array;
}

/**
 * Reads an update (encoding v1, accepted by `scanUpdate`) as typed text; see `Item.write` in yjs/src/structs/Item.js.
 * None where it is anything else.
 */
export function readTypedText(update: Uint8Array, { structs, deletes }: UpdateScan): TypedText | undefined {
  const [range] = structs;
  if (range === undefined || structs.length > 1 || deletes > 0) return undefined;
  const reader = new ByteReader(update);
  reader.varUint(); // one client
  if (reader.varUint() !== 1) return undefined;
  const client = reader.varUint();
  const clock = reader.varUint();
  const info = reader.byte();
  // The first struct may be one to skip, and text may be a value of a map.
  if (clock !== range.clock || (info & CONTENT) !== STRING || (info & HAS_PARENT_SUB) !== 0) return undefined;
  let isBehindOwn = false;
  if ((info & HAS_ORIGIN) !== 0) {
    const isOwn = reader.varUint() === client;
    isBehindOwn = reader.varUint() === clock - 1 && isOwn;
  }
  const rightAt = reader.position;
  if ((info & HAS_RIGHT_ORIGIN) !== 0) skipId(reader);
  const rightOrigin = reader.position === rightAt ? NONE : update.subarray(rightAt, reader.position);
  if ((info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN)) === 0) {
    if (reader.varUint() === 1) reader.varBytes();
    else skipId(reader);
  }
  return { client, clock, end: range.end, isBehindOwn, rightOrigin, text: reader.varBytes() };
}

function skipId(reader: ByteReader): void {
  reader.varUint();
  reader.varUint();
}

/**
 * Text that was typed piece by piece as one update, encoding v1.
 * @param pieces at least one; each behind the element before it, in front of the same one
 */
export function encodeTypedText(pieces: readonly TypedText[]): Uint8Array {
  const [first] = pieces;
  if (first === undefined) return new Uint8Array([0, 0]);
  const { client, clock, rightOrigin } = first;
  return encoding.encode((encoder) => {
    for (const number of [1, 1, client, clock]) encoding.writeVarUint(encoder, number);
    encoding.writeUint8(encoder, STRING | HAS_ORIGIN | (rightOrigin.byteLength > 0 ? HAS_RIGHT_ORIGIN : 0));
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock - 1);
    encoding.writeUint8Array(encoder, rightOrigin);
    encoding.writeVarUint(
      encoder,
      pieces.reduce((sum, { text }) => sum + text.byteLength, 0),
    );
    for (const { text } of pieces) encoding.writeUint8Array(encoder, text);
    encoding.writeVarUint(encoder, 0);
  });
}
