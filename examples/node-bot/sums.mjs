const SUM = /(-?\d+(?:\.\d+)?) *([-+*/]) *(-?\d+(?:\.\d+)?) *=(?= *$)/m;

/** @type {Readonly<Record<string, (a: number, b: number) => number>>} */
const OPERATIONS = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/**
 * The first sum at the end of a line that has no result yet.
 * @param {string} text
 * @returns {{ at: number, answer: string } | undefined} what to insert, and where
 */
export function nextAnswer(text) {
  const found = SUM.exec(text);
  if (found === null) return undefined;
  const [sum, left, operator, right] = found;
  const result = OPERATIONS[operator]?.(Number(left), Number(right));
  return { at: found.index + sum.length, answer: ` ${result}` };
}
