import { parentPort } from 'node:worker_threads';
import * as Y from 'yjs';
import type { Reply, Request } from './merge-message.ts';

/** The thread behind WorkerCompactor: one request, one reply. */
parentPort?.on('message', (request: Request) => {
  const reply = answer(request);
  parentPort?.postMessage(reply, reply.kind === 'done' ? [reply.update.buffer] : []);
});

function answer({ task, bytes, lengths }: Request): Reply {
  try {
    const update = task.kind === 'merge' ? merge(bytes, lengths) : diff(bytes, lengths, task.stateVector);
    return { kind: 'done', update };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

function merge(bytes: Uint8Array, lengths: readonly number[]): Uint8Array<ArrayBuffer> {
  // Copied: the buffer is transferred, and must hold nothing but the update.
  return new Uint8Array(Y.encodeStateAsUpdate(integrated(unpacked(bytes, lengths))));
}

function integrated(updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc({ gc: true });
  // One transaction: what a later update deletes is collected once, at its end.
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });
  const { pendingStructs, pendingDs } = doc.store;
  if (pendingStructs !== null || pendingDs !== null) throw new Error('updates are missing between those given');
  return doc;
}

function diff(bytes: Uint8Array, lengths: readonly number[], stateVector: Uint8Array): Uint8Array<ArrayBuffer> {
  const updates = unpacked(bytes, lengths);
  const [only] = updates;
  if (updates.length === 1 && only !== undefined) return new Uint8Array(Y.diffUpdate(only, stateVector));
  // Not `mergeUpdates`: what one of them wrote and another deleted would be sent.
  return new Uint8Array(Y.encodeStateAsUpdate(integrated(updates), stateVector));
}

function unpacked(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  let start = 0;
  return lengths.map((length) => {
    start += length;
    return bytes.subarray(start - length, start);
  });
}
