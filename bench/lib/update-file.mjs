import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * A file of byte strings, each behind its length (uint32, little endian). Written under another name first, so that what
 * is there is whole.
 * @param {string} file
 * @param {Uint8Array[]} parts
 */
export function writeParts(file, parts) {
  const bytes = parts.flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(part.length);
    return [length, part];
  });
  writeFileSync(`${file}.${process.pid}`, Buffer.concat(bytes));
  renameSync(`${file}.${process.pid}`, file);
}

/** @param {string} file @returns {Uint8Array[]} views of one buffer */
export function readParts(file) {
  const bytes = readFileSync(file);
  const parts = [];
  let offset = 0;
  while (offset < bytes.length) {
    const length = bytes.readUInt32LE(offset);
    parts.push(bytes.subarray(offset + 4, offset + 4 + length));
    offset += 4 + length;
  }
  return parts;
}
