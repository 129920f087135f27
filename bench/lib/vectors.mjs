import * as Y from 'yjs';

/**
 * @param {Uint8Array} state
 * @returns {Uint8Array} the state vector of a client that has all of it
 */
export const stateVectorOf = (state) => Y.encodeStateVectorFromUpdate(state);
