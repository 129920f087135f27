import { once } from 'node:events';
import { createDecoder, readVarString, readVarUint, readVarUint8Array } from 'lib0/decoding';
import { createEncoder, toUint8Array, writeVarUint, writeVarUint8Array } from 'lib0/encoding';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import type { DoorClient, OpenDoor } from './door.ts';

const SYNC = 0;
const AUTH = 2;
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;

/** A client of the y-websocket protocol in raw frames. The echo of its own update is the acknowledgement. */
export const openYWebsocket: OpenDoor = async ({ wsUrl }, documentId, listener): Promise<DoorClient> => {
  const socket = new WebSocket(`${wsUrl}/ws/${documentId}`);
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('error', () => undefined);
  const unanswered: Uint8Array[] = [];
  // A large document comes in several updates, the step 2 last.
  let parts: Uint8Array[] | undefined = [];
  const hearUpdate = (update: Uint8Array) => {
    if (parts !== undefined) {
      parts.push(update);
      return;
    }
    const at = unanswered.findIndex((own) => Buffer.compare(own, update) === 0);
    if (at < 0) {
      listener.learned?.(update);
      return;
    }
    // Acknowledgements keep the order, so those before it were refused.
    unanswered.splice(0, at + 1);
    listener.acknowledged?.(undefined);
  };
  let greeted = false;
  const hearQuestion = () => {
    // The first one belongs to the opening.
    if (greeted) listener.asked?.();
    greeted = true;
  };
  const synced = new Promise<Uint8Array>((resolve, reject) => {
    socket.on('message', (data: Buffer) => {
      const decoder = createDecoder(data);
      const type = readVarUint(decoder);
      const kind = type === SYNC || type === AUTH ? readVarUint(decoder) : undefined;
      if (type === AUTH) {
        listener.refused?.({ code: undefined, type: undefined, message: readVarString(decoder) });
      } else if (kind === STEP_2) {
        resolve(oneUpdate([...(parts ?? []), readVarUint8Array(decoder).slice()]));
        parts = undefined;
      } else if (type === SYNC && kind === STEP_1) hearQuestion();
      else if (kind === UPDATE) hearUpdate(readVarUint8Array(decoder).slice());
    });
    void closed.then((code) => reject(new Error(`The socket closed with ${code} before it was synced.`)));
  });
  await Promise.race([once(socket, 'open'), synced]);
  socket.send(syncFrame(STEP_1, Uint8Array.of(0)));
  const send = (update: Uint8Array) => {
    unanswered.push(update);
    socket.send(syncFrame(UPDATE, update), () => undefined);
  };
  return {
    initial: await synced,
    send,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    closed,
    close: () => socket.close(),
  };
};

function oneUpdate(parts: readonly Uint8Array[]): Uint8Array {
  const doc = new Y.Doc();
  for (const part of parts) Y.applyUpdate(doc, part);
  return Y.encodeStateAsUpdate(doc);
}

function syncFrame(kind: number, body: Uint8Array): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, SYNC);
  writeVarUint(encoder, kind);
  writeVarUint8Array(encoder, body);
  return toUint8Array(encoder);
}
