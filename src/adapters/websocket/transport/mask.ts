import { endianness } from 'node:os';

/** From so many bytes on, a view of words costs less than it saves. */
const LONG = 96;

const IS_LITTLE_ENDIAN = endianness() === 'LE';

/**
 * Takes a client's mask off `bytes` from `start` to `end`, in place (RFC 6455, section 5.3).
 * @param key the masking key's four bytes as a little-endian 32-bit number, signed or not
 */
export function unmask(bytes: Uint8Array, start: number, end: number, key: number): void {
  if (key === 0) return;
  if (end - start < LONG || !IS_LITTLE_ENDIAN) {
    unmaskBytes(bytes, start, end, key);
    return;
  }
  const lead = -(bytes.byteOffset + start) & 3;
  const words = (end - start - lead) >> 2;
  const rotated = rotate(key, lead);
  unmaskBytes(bytes, start, start + lead, key);
  unmaskWords(new Int32Array(bytes.buffer, bytes.byteOffset + start + lead, words), rotated);
  unmaskBytes(bytes, start + lead + 4 * words, end, rotated);
}

function unmaskBytes(bytes: Uint8Array, start: number, end: number, key: number): void {
  let shift = 0;
  for (let at = start; at < end; at++) {
    bytes[at] = (bytes[at] ?? 0) ^ (key >>> shift);
    shift = (shift + 8) & 31;
  }
}

function unmaskWords(words: Int32Array, key: number): void {
  for (let at = 0; at < words.length; at++) words[at] = (words[at] ?? 0) ^ key;
}

/** The key as it stands `lead` bytes further on. */
function rotate(key: number, lead: number): number {
  return lead === 0 ? key : (key >>> (8 * lead)) | (key << (32 - 8 * lead));
}
