import { expect, it } from 'vitest';
import * as Y from 'yjs';
import type { DocumentWorker } from '../../src/application/ports/document-worker.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';
import { insertion, scene, textOf } from './support/scene.ts';

/** Answers when the test says so. */
class HeldWorker implements DocumentWorker {
  #answer: () => void = () => undefined;
  #ask: () => void = () => undefined;
  readonly asked = new Promise<void>((resolve) => {
    this.#ask = resolve;
  });

  merge(): Promise<Uint8Array> {
    return Promise.reject(new Error('Nothing is merged here'));
  }

  diff(updates: readonly Uint8Array[], stateVector: Uint8Array): Promise<Uint8Array> {
    const answer = Y.diffUpdate(Y.mergeUpdates([...updates]), stateVector);
    this.#ask();
    return new Promise((resolve) => {
      this.#answer = () => resolve(answer);
    });
  }

  answer(): void {
    this.#answer();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A document too large to be encoded on the event loop, stored as two updates. */
async function largeStore(): Promise<MemoryUpdateLog> {
  const log = new MemoryUpdateLog();
  const doc = new Y.Doc();
  doc.getText('text').insert(0, 'kept');
  doc.getMap('map').set('large', 'x'.repeat(1_200_000));
  const updates = [Y.encodeStateAsUpdate(doc), insertion('too')];
  await log.append([{ documentId: DocumentId.parse('doc'), firstSequence: 1, updates, timestamp: 7 }]);
  return log;
}

it('[GRPC2] [ROOM17] what others write while a large document is put together follows it', async () => {
  const worker = new HeldWorker();
  const { stream } = await scene({}, { log: await largeStore(), worker });
  const [one, two] = [stream(), stream()];
  const joined = one.join('doc', 'a');
  await worker.asked;
  const other = two.join('doc', 'b');
  worker.answer();
  const state = await joined;
  expect(textOf(state.document_data)).toMatch(/kepttoo|tookept/);
  await one.take('user_joined');
  const edit = insertion('edit');
  await one.write('doc', 'a', edit);
  worker.answer();
  expect(textOf((await other).document_data)).toMatch(/kepttoo|tookept/);
  let message = await two.next();
  // Who joined in the same moment may be named twice.
  while (message.message_type === 'user_joined') message = await two.next();
  expect(new Uint8Array(message.update.update_data)).toEqual(edit);
});
