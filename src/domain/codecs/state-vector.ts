import { ByteReader, invalid } from './byte-reader.ts';
import { MAX_CLOCK } from './clock.ts';

/** The state vector of one who has nothing. */
const EMPTY = Uint8Array.of(0);

/**
 * Validates a state vector, encoding v1, without building the Map that Yjs would make of it
 * (`readStateVector` in yjs/src/utils/encoding.js), and returns it. An empty byte array, which Yjs cannot read, means
 * "has nothing" here and becomes the encoding of that. Bytes behind the last entry are cut off: Yjs ignores them.
 * @param maxEntries bound on the number of clients it may name
 * @returns shares the memory of `bytes`
 * @throws CollaborationError `invalid`
 */
export function checkStateVector(bytes: Uint8Array, maxEntries: number): Uint8Array {
  if (bytes.length === 0) return EMPTY;
  const reader = new ByteReader(bytes);
  const entries = reader.count(2);
  if (entries > maxEntries) throw invalid(`A state vector has more than ${maxEntries} entries.`);
  for (let left = entries; left > 0; left--) {
    reader.varUint(); // the client
    if (reader.varUint() > MAX_CLOCK) throw invalid('A clock is beyond 2^48.');
  }
  return reader.remaining === 0 ? bytes : bytes.subarray(0, reader.position);
}
