import { parentPort } from 'node:worker_threads';
import * as Y from 'yjs';
import { transferable, unpackUpdates } from '../shared/packed-updates.ts';
import { stepBack } from '../shared/thread-priority.ts';
import type { WorkReply, WorkRequest } from './work-message.ts';

stepBack();

/** The thread behind WorkerCompactor: one request, one reply. */
parentPort?.on('message', (request: WorkRequest) => {
  const reply = answer(request);
  parentPort?.postMessage(reply, reply.kind === 'done' ? [reply.update.buffer] : []);
});

function answer(request: WorkRequest): WorkReply {
  try {
    const { work } = request;
    const updates = unpackUpdates(request);
    const update = work.kind === 'merge' ? merge(updates) : diff(updates, work.stateVector);
    return { kind: 'done', update: transferable(update) };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

function merge(updates: readonly Uint8Array[]): Uint8Array {
  const doc = new Y.Doc({ gc: true });
  // One transaction: what a later update deletes is collected once, at its end.
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });
  const { pendingStructs, pendingDs } = doc.store;
  if (pendingStructs !== null || pendingDs !== null) throw new Error('updates are missing between those given');
  return Y.encodeStateAsUpdate(doc);
}

/** From the bytes alone: a document made of them would take ten times their memory, and many times as long. */
function diff(updates: readonly Uint8Array[], stateVector: Uint8Array): Uint8Array {
  const diffs = updates.map((update) => Y.diffUpdate(update, stateVector));
  return diffs.length === 0 ? Uint8Array.of(0, 0) : Y.mergeUpdates(diffs);
}
