import * as encoding from 'lib0/encoding';
import { CollaborationError } from '../errors.ts';
import { ByteReader, invalid } from './byte-reader.ts';
import { parseJson } from './json.ts';

/** The state of one Yjs client, as of `clock`. */
export interface AwarenessEntry {
  /** Yjs client id, an integer of at most 53 bits. */
  readonly clientId: number;
  readonly clock: number;
  /** JSON text of an object; `null` means that the client is gone. */
  readonly state: string;
}

export interface AwarenessLimits {
  readonly maxEntries: number;
  /** Bytes of one state's JSON text in UTF-8. */
  readonly maxStateBytes: number;
}

/** A client id, a clock and the length of a state take at least a byte each; the shortest state is `{}`. */
const MIN_ENTRY_BYTES = 5;

/**
 * Reads an awareness update as y-protocols writes it (`encodeAwarenessUpdate` in y-protocols/awareness.js): varUint n,
 * then n times varUint client id, varUint clock, varString JSON. Bytes behind the last entry are ignored, as there.
 * @returns entries in the order of the update; a client may be named twice
 * @throws CollaborationError `invalid` for damaged bytes, or a state that is neither an object nor null; `too-large`
 *   past one of the limits
 */
export function decodeAwareness(bytes: Uint8Array, limits: AwarenessLimits): readonly AwarenessEntry[] {
  const reader = new ByteReader(bytes);
  const count = reader.count(MIN_ENTRY_BYTES);
  if (count > limits.maxEntries) throw tooLarge(`An awareness update has more than ${limits.maxEntries} entries.`);
  const entries: AwarenessEntry[] = [];
  for (let left = count; left > 0; left--) {
    entries.push({ clientId: reader.varUint(), clock: reader.varUint(), state: readState(reader, limits) });
  }
  return entries;
}

/** Writes an awareness update; the inverse of `decodeAwareness`. No entries make the one byte `00`. */
export function encodeAwareness(entries: readonly AwarenessEntry[]): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, entries.length);
    for (const { clientId, clock, state } of entries) {
      encoding.writeVarUint(encoder, clientId);
      encoding.writeVarUint(encoder, clock);
      encoding.writeVarString(encoder, state);
    }
  });
}

function readState(reader: ByteReader, limits: AwarenessLimits): string {
  const start = reader.position;
  const length = reader.varUint();
  if (length > limits.maxStateBytes) throw tooLarge(`An awareness state has more than ${limits.maxStateBytes} bytes.`);
  reader.position = start;
  const state = reader.text();
  if (state !== 'null') checkState(state);
  return state;
}

function checkState(state: string): void {
  const value = parseJson(state);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('An awareness state is neither an object nor null.');
  }
}

function tooLarge(message: string): CollaborationError {
  return new CollaborationError('too-large', message);
}
