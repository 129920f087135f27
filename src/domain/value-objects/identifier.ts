import { CollaborationError } from '../errors.ts';

/** The longest id, in UTF-16 code units after trimming. A store may rely on at most 3 UTF-8 bytes for each. */
const MAX_ID_LENGTH = 256;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what the rule is about
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Trims and checks a raw id.
 * @throws CollaborationError `invalid` when it is no string, empty, too long, or holds a control character or half of a
 * surrogate pair (which has no UTF-8 form, so that two such ids would share a key in a store).
 */
export function checkedId(what: string, raw: unknown): string {
  if (typeof raw !== 'string') throw new CollaborationError('invalid', `${what} must be a string.`);
  const id = raw.trim();
  if (id.length === 0) throw new CollaborationError('invalid', `${what} must not be empty.`);
  if (id.length > MAX_ID_LENGTH) {
    throw new CollaborationError(
      'invalid',
      `${what} has ${id.length} characters; at most ${MAX_ID_LENGTH} are allowed.`,
    );
  }
  if (CONTROL_CHARACTER.test(id)) throw new CollaborationError('invalid', `${what} must not hold control characters.`);
  if (HALF_SURROGATE.test(id)) throw new CollaborationError('invalid', `${what} is not well-formed Unicode.`);
  return id;
}

const HALF_SURROGATE = /\p{Surrogate}/u;
