import { setImmediate } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { CollaborationError } from '../../domain/errors.ts';
import { transferable, unpackUpdates } from '../shared/packed-updates.ts';
import { stepBack } from '../shared/thread-priority.ts';
import type { HostAnswer, HostReply, HostRequest, HostTask } from './host-message.ts';
import { HostedDocuments } from './hosted-documents.ts';

/** The thread behind WorkerDocumentHost. While a document is opened, those that are open go on. */
const documents = new HostedDocuments();

/** Milliseconds of opening one document between two turns of this thread's loop. */
const BUDGET = 20;

stepBack();
parentPort?.on('message', (request: HostRequest) => void serve(request));

async function serve({ id, task }: HostRequest): Promise<void> {
  if (task.kind === 'close') {
    documents.close(task.key);
    return;
  }
  const answer = await answered(task);
  const reply: HostReply = { id, answer };
  parentPort?.postMessage(reply, answer.kind === 'encoded' ? [answer.update.buffer] : []);
}

async function answered(task: Exclude<HostTask, { kind: 'close' }>): Promise<HostAnswer> {
  try {
    switch (task.kind) {
      case 'open':
        await inTurns(documents.opening(task.key, task.documentId, unpackUpdates(task.updates)));
        return { kind: 'opened' };
      case 'apply':
        return { kind: 'applied', integrations: documents.apply(task.key, unpackUpdates(task.updates)) };
      case 'repeats':
        return { kind: 'compared', repeats: documents.repeats(task.key, task.update) };
      case 'encode':
        return { kind: 'encoded', update: transferable(documents.encode(task.key)) };
    }
  } catch (error) {
    return { kind: 'failed', fault: faultOf(error), reason: error instanceof Error ? error.message : String(error) };
  }
}

function faultOf(error: unknown): 'invalid' | 'damaged' | 'unavailable' {
  if (!(error instanceof CollaborationError)) return 'unavailable';
  return error.kind === 'invalid' || error.kind === 'damaged' ? error.kind : 'unavailable';
}

async function inTurns(steps: Generator<undefined, void>): Promise<void> {
  for (;;) {
    const until = performance.now() + BUDGET;
    do {
      if (steps.next().done === true) return;
    } while (performance.now() < until);
    await setImmediate();
  }
}
