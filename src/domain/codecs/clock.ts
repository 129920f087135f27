import { invalid } from './byte-reader.ts';

/**
 * No client's clock may pass this. A clock beyond 2^53 - 1 cannot be written in a state vector; the distance to it is
 * room for what is written on top of an accepted clock.
 */
export const MAX_CLOCK = 2 ** 48;

/** The clock behind a range of `length` at `clock`. Throws `invalid` for an empty range or one beyond `MAX_CLOCK`. */
export function advance(clock: number, length: number): number {
  // Yjs's binary search divides by the length of what it finds; an empty struct sends it out of the array.
  if (length === 0) throw invalid('A struct or a delete range is empty.');
  const end = clock + length;
  if (end > MAX_CLOCK) throw invalid('A clock is beyond 2^48.');
  return end;
}
