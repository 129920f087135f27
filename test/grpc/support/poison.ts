/**
 * Two updates. Each decodes, and the first integrates: client 5 has four elements that were collected. The second says
 * that they are the start of `abcdef`: Yjs looks for the right neighbour of what was collected, and throws.
 */
export const BAIT = Uint8Array.of(1, 1, 5, 0, 0, 4, 0);
export const POISON = Uint8Array.of(1, 1, 5, 0, 4, 1, 4, ...text('text'), 6, ...text('abcdef'), 0);

function text(characters: string): Uint8Array {
  return new TextEncoder().encode(characters);
}
