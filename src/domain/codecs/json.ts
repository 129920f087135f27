import { invalid } from './byte-reader.ts';

/**
 * Levels of nesting in one value. Yjs and `JSON.stringify` walk values recursively: some thousand levels, which
 * `JSON.parse` still reads, overflow the stack of whoever writes them again.
 */
export const MAX_DEPTH = 256;

/** A level takes two characters, so a shorter text cannot be too deep. */
const SHORTEST_TOO_DEEP = 2 * MAX_DEPTH;

/** The value of a JSON text of at most `MAX_DEPTH` levels. Throws CollaborationError `invalid`. */
export function parseJson(text: string): unknown {
  if (text.length > SHORTEST_TOO_DEEP && depthOf(text) > MAX_DEPTH) throw invalid('A value is nested too deeply.');
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('A value is not valid JSON.');
  }
}

/** Levels of nesting in a JSON text; any number for what is not JSON. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '[' || char === '{') deepest = Math.max(deepest, ++depth);
    else if (char === ']' || char === '}') depth--;
  }
  return deepest;
}
