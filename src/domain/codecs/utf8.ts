/**
 * Length in UTF-16 code units of the UTF-8 text in `bytes[from, to)`, or -1 where it is not well-formed. Agrees with a
 * fatal `TextDecoder` (no overlong forms, no surrogates, nothing beyond U+10FFFF; a byte order mark is a character), as
 * lib0 uses to read strings: https://encoding.spec.whatwg.org/#utf-8-decoder
 */
export function utf16Length(bytes: Uint8Array, from: number, to: number): number {
  let position = from;
  while (position < to && byteAt(bytes, position) < 0x80) position++;
  let units = position - from;
  while (position < to) {
    const lead = byteAt(bytes, position);
    if (lead < 0x80) {
      position++;
      units++;
      continue;
    }
    const size = sequenceSize(bytes, position, to, lead);
    if (size === 0) return -1;
    position += size;
    units += size === 4 ? 2 : 1;
  }
  return units;
}

function byteAt(bytes: Uint8Array, position: number): number {
  return bytes[position] as number;
}

/** Bytes of the multi-byte sequence at `position`, 0 where it is malformed or reaches beyond `to`. */
function sequenceSize(bytes: Uint8Array, position: number, to: number, lead: number): 0 | 2 | 3 | 4 {
  const size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (size === 0 || position + size > to) return 0;
  const second = byteAt(bytes, position + 1);
  if (second < lowestSecond(lead) || second > highestSecond(lead)) return 0;
  for (let i = 2; i < size; i++) {
    if ((byteAt(bytes, position + i) & 0xc0) !== 0x80) return 0;
  }
  return size;
}

/** Shuts out overlong forms. */
function lowestSecond(lead: number): number {
  return lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
}

/** Shuts out surrogates and what lies beyond U+10FFFF. */
function highestSecond(lead: number): number {
  return lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
}
