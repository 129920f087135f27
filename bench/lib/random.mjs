/**
 * The same numbers for the same seed, everywhere: a linear congruential generator (Numerical Recipes), of which the upper
 * bits are used. Good enough to lay out a document.
 * @param {number} seed
 */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    /** @param {number} probability */
    chance: (probability) => next() < probability,
    /** @param {number} from @param {number} to inclusive */
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    /** @template T @param {T[]} list @returns {T} */
    oneOf: (list) => list[Math.floor(next() * list.length)],
  };
}
