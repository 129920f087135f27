import { Buffer } from 'node:buffer';
import { HEADER_BYTES, seal, unseal } from './sealed-value.ts';

/** Bytes of a part but the last: below what servers take in one statement, and small beside a document. */
export const PART_BYTES = 1024 * 1024;

const PART = 1;

/** What the checksums of a value's parts cover beside their bytes: a part in a wrong place is found out. */
export interface PartsKey {
  /** UTF-8 of the document's id. */
  readonly document: Uint8Array;
  /** What else names the value. */
  readonly name: Uint8Array;
  readonly parts: number;
}

/** How many parts a value of so many bytes has; at least one. */
export function partsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / PART_BYTES));
}

/** A value in parts, each a copy with a header and a checksum of its own. */
export function splitIntoParts(key: PartsKey, value: Uint8Array): Uint8Array[] {
  return Array.from({ length: key.parts }, (_, part) => {
    const bytes = value.subarray(part * PART_BYTES, (part + 1) * PART_BYTES);
    const sealed = new Uint8Array(HEADER_BYTES + bytes.length);
    sealed.set(bytes, HEADER_BYTES);
    return seal(keyOf(key, part), sealed, PART);
  });
}

/** A value whose parts are whole and in their order; or what is wrong with them. */
export type Joined = { readonly value: Uint8Array } | { readonly damage: string };

/** What `splitIntoParts` made, put together: a copy, for a driver's bytes may be a view of much more. */
export function joinParts(key: PartsKey, sealed: readonly Uint8Array[]): Joined {
  if (sealed.length !== key.parts) return { damage: `${sealed.length} of its ${key.parts} parts are there` };
  const bodies: Uint8Array[] = [];
  for (const [part, each] of sealed.entries()) {
    const unsealed = unseal(keyOf(key, part), each, [PART]);
    if ('damage' in unsealed) return { damage: `part ${part}: ${unsealed.damage}` };
    bodies.push(unsealed.body);
  }
  const value = new Uint8Array(bodies.reduce((size, body) => size + body.length, 0));
  let position = 0;
  for (const body of bodies) {
    value.set(body, position);
    position += body.length;
  }
  return { value };
}

function keyOf({ document, name, parts }: PartsKey, part: number): Uint8Array {
  const numbers = Buffer.alloc(12);
  // The length keeps two ids apart of which one starts with the other.
  numbers.writeUInt32BE(document.length, 0);
  numbers.writeUInt32BE(parts, 4);
  numbers.writeUInt32BE(part, 8);
  return Buffer.concat([numbers, document, name]);
}
