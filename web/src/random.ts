const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** @param bound exclusive, at most 256; a slight bias towards small numbers does not matter here */
function below(bound: number): number {
  const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
  return bound === 0 ? 0 : byte % bound;
}

/** @param fallback what an empty list gives */
export function oneOf<T>(choices: readonly T[], fallback: T): T {
  return choices[below(choices.length)] ?? fallback;
}

/** Letters and digits that nobody mistakes for one another when reading them aloud. */
export function randomSuffix(length: number): string {
  return Array.from({ length }, () => ALPHABET[below(ALPHABET.length)]).join('');
}
