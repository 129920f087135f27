import { parentPort } from 'node:worker_threads';
import * as Y from 'yjs';
import type { MergeReply, MergeRequest } from './merge-message.ts';

/** The thread behind WorkerCompactor: one request, one reply. */
parentPort?.on('message', (request: MergeRequest) => {
  const reply = answer(request);
  parentPort?.postMessage(reply, reply.kind === 'merged' ? [reply.update.buffer] : []);
});

function answer({ bytes, lengths }: MergeRequest): MergeReply {
  try {
    return { kind: 'merged', update: merge(bytes, lengths) };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

function merge(bytes: Uint8Array, lengths: readonly number[]): Uint8Array<ArrayBuffer> {
  const doc = new Y.Doc({ gc: true });
  // One transaction: what a later update deletes is collected once, at its end.
  doc.transact(() => {
    let start = 0;
    for (const length of lengths) {
      Y.applyUpdate(doc, bytes.subarray(start, start + length));
      start += length;
    }
  });
  const { pendingStructs, pendingDs } = doc.store;
  if (pendingStructs !== null || pendingDs !== null) throw new Error('updates are missing between those given');
  // Copied: the buffer is transferred, and must hold nothing but the update.
  return new Uint8Array(Y.encodeStateAsUpdate(doc));
}
