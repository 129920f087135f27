import * as encoding from 'lib0/encoding';

/**
 * What a frame from the server says, as far as the load cares.
 * @typedef {'step1' | 'step2' | 'update' | 'saved' | 'refused' | 'other'} FrameKind
 */

/**
 * @typedef {object} Protocol
 * @property {(document: string) => Uint8Array[]} greeting frames before the first sync message
 * @property {(document: string, step: 0 | 1 | 2, body: Uint8Array) => Uint8Array} syncFrame a Step1, Step2 or Update
 * @property {(document: string) => Uint8Array | undefined} keepAlive what a provider says from time to time so as not to be thought dead
 * @property {(buffer: Uint8Array, start: number) => FrameKind} classify leaves the offset of the body in `bodyStart()`
 */

const SYNC_KINDS = /** @type {const} */ (['step1', 'step2', 'update']);
let body = 0;

/** Where the update or state vector of the frame last classified begins (after its length). */
export const bodyStart = () => body;

/** y-websocket: https://github.com/yjs/y-websocket and y-protocols/PROTOCOL.md. @type {Protocol} */
const yWebsocket = {
  greeting: () => [],
  keepAlive: () => undefined,
  syncFrame: (_document, step, bytes) => syncMessage(encoding.createEncoder(), step, bytes),
  classify: (buffer, start) => (buffer[start] === 0 ? syncKind(buffer, start + 1) : 'other'),
};

/** Hocuspocus: the document's name comes first in each frame; type 8 is its SyncStatus. @type {Protocol} */
const hocuspocus = {
  greeting: (document) => {
    const encoder = encoding.createEncoder();
    encoding.writeVarString(encoder, document);
    encoding.writeVarUint(encoder, 2);
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarString(encoder, 'bench');
    return [encoding.toUint8Array(encoder)];
  },
  // Hocuspocus ends a connection that says nothing for a minute; providers renew their awareness. Here: an empty update.
  keepAlive: (document) => {
    const encoder = encoding.createEncoder();
    encoding.writeVarString(encoder, document);
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint8Array(encoder, Uint8Array.of(0));
    return encoding.toUint8Array(encoder);
  },
  syncFrame: (document, step, bytes) => {
    const encoder = encoding.createEncoder();
    encoding.writeVarString(encoder, document);
    return syncMessage(encoder, step, bytes);
  },
  classify: (buffer, start) => {
    const type = start + 1 + buffer[start];
    if (buffer[type] === 0) return syncKind(buffer, type + 1);
    if (buffer[type] === 8) return buffer[type + 1] === 1 ? 'saved' : 'refused';
    return 'other';
  },
};

/** @type {Record<'y-websocket' | 'hocuspocus', Protocol>} */
export const protocols = { 'y-websocket': yWebsocket, hocuspocus };

function syncMessage(encoder, step, bytes) {
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, step);
  encoding.writeVarUint8Array(encoder, bytes);
  return encoding.toUint8Array(encoder);
}

/** @returns {FrameKind} */
function syncKind(buffer, offset) {
  let at = offset + 1;
  while (buffer[at] > 127) at++;
  body = at + 1;
  return SYNC_KINDS[buffer[offset]] ?? 'other';
}
