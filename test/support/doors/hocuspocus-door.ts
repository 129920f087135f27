import { once } from 'node:events';
import { createDecoder, readVarString, readVarUint, readVarUint8Array } from 'lib0/decoding';
import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import type { DoorClient, Listener, OpenDoor } from './door.ts';

const SYNC = 0;
const AUTH = 2;
const SYNC_STATUS = 8;
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;
const DENIED = 1;

/** A client of the Hocuspocus protocol in raw frames. A SyncStatus of 1 is the acknowledgement of its oldest update. */
export const openHocuspocus: OpenDoor = async ({ wsUrl }, documentId, listener): Promise<DoorClient> => {
  const socket = new WebSocket(`${wsUrl}/ws`);
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('error', () => undefined);
  const synced = new Promise<Uint8Array>((resolve, reject) => {
    const hear = hearer(listener, resolve);
    socket.on('message', (data: Buffer) => hear(data));
    void closed.then((code) => reject(new Error(`The socket closed with ${code} before it was synced.`)));
  });
  await Promise.race([once(socket, 'open'), synced]);
  socket.send(syncFrame(documentId, STEP_1, Uint8Array.of(0)));
  const send = (update: Uint8Array) => socket.send(syncFrame(documentId, UPDATE, update), () => undefined);
  return {
    initial: await synced,
    send,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    closed,
    close: () => socket.close(),
  };
};

function hearer(listener: Listener, opened: (initial: Uint8Array) => void): (frame: Uint8Array) => void {
  // A large document comes in several updates, the step 2 last.
  let parts: Uint8Array[] | undefined = [];
  let greeted = false;
  const hearSync = (kind: number, bytes: Uint8Array) => {
    if (kind === STEP_1) {
      // The first one belongs to the opening.
      if (greeted) listener.asked?.();
      greeted = true;
    } else if (parts === undefined) {
      listener.learned?.(bytes);
    } else {
      parts.push(bytes);
      if (kind === STEP_2) {
        opened(oneUpdate(parts));
        parts = undefined;
      }
    }
  };
  return (frame) => {
    const decoder = createDecoder(frame);
    readVarString(decoder);
    const type = readVarUint(decoder);
    if (type === SYNC) hearSync(readVarUint(decoder), readVarUint8Array(decoder).slice());
    else if (type === SYNC_STATUS) hearStatus(listener, readVarUint(decoder));
    else if (type === AUTH && readVarUint(decoder) === DENIED) refuse(listener, readVarString(decoder));
  };
}

function hearStatus(listener: Listener, status: number): void {
  if (status === 1) listener.acknowledged?.(undefined);
  else refuse(listener, 'The update was not saved.');
}

function refuse(listener: Listener, message: string): void {
  listener.refused?.({ code: undefined, type: undefined, message });
}

function oneUpdate(parts: readonly Uint8Array[]): Uint8Array {
  const doc = new Y.Doc();
  for (const part of parts) Y.applyUpdate(doc, part);
  return Y.encodeStateAsUpdate(doc);
}

function syncFrame(documentId: string, kind: number, body: Uint8Array): Uint8Array {
  const encoder = createEncoder();
  writeVarString(encoder, documentId);
  writeVarUint(encoder, SYNC);
  writeVarUint(encoder, kind);
  writeVarUint8Array(encoder, body);
  return toUint8Array(encoder);
}
