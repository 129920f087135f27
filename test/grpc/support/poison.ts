/**
 * Two updates. Each decodes, and the first integrates: client 5 has a text `x` and a list `[1]`. The second puts `abc` of
 * client 6 between the two, which are of different types: Yjs takes it in, and other clients in another place.
 */
export const BAIT = Uint8Array.of(...[1, 2, 5, 0], ...[4, 1, 4, ...text('text'), 1, ...text('x')], ...list(), 0);
export const POISON = Uint8Array.of(...[1, 1, 6, 0], ...[0xc4, 5, 0, 5, 1, 3, ...text('abc')], 0);

function text(characters: string): Uint8Array {
  return new TextEncoder().encode(characters);
}

function list(): number[] {
  return [8, 1, 4, ...text('list'), 1, 125, 1];
}
