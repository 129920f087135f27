import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { HostedDocument } from '../../src/application/ports/document-host.ts';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';
import { CollaborativeDocument } from '../../src/domain/entities/collaborative-document.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { WorkerDocumentHost } from '../../src/infrastructure/hosting/worker-document-host.ts';
import { randomUpdates } from '../codecs/random-updates.ts';
import { type CompiledSources, compileSources } from '../support/compiled-sources.ts';
import { poisonFor } from '../support/poison.ts';
import { insertion, insertions, textOf } from '../support/updates.ts';

const ID = DocumentId.parse('notes');
const scanned = (update: Uint8Array) => ({ update, scan: scanUpdate(update) });
const applied = (document: HostedDocument, ...updates: Uint8Array[]) => document.apply(updates.map(scanned));
const unavailable = { kind: 'unavailable' };

let compiled: CompiledSources;
let host: WorkerDocumentHost;
beforeAll(() => {
  compiled = compileSources('infrastructure/hosting', 'infrastructure/shared', 'domain');
});
afterAll(() => compiled.remove());
afterEach(() => host.close());

function started(): WorkerDocumentHost {
  host = new WorkerDocumentHost(compiled.url('infrastructure/hosting/host-worker'));
  return host;
}

/** Works like the real one, but ends where it is told the document `dies`, and when it is opened as `kills`. */
const DYING = (worker: URL) => `
import { parentPort } from 'node:worker_threads';
let dying = -1;
const listen = parentPort.on.bind(parentPort);
parentPort.on = (event, listener) => listen(event, (message) => {
  const { task } = message;
  if (task.kind === 'open' && task.documentId === 'kills') process.exit(3);
  if (task.kind === 'open' && task.documentId === 'dies') dying = task.key;
  if (task.kind === 'apply' && task.key === dying) throw new Error('out of luck');
  listener(message);
});
await import(${JSON.stringify(worker.href)});`;

function mortal(): WorkerDocumentHost {
  const source = DYING(compiled.url('infrastructure/hosting/host-worker'));
  host = new WorkerDocumentHost(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  return host;
}

describe('WorkerDocumentHost', () => {
  it('[DOC26] answers as a document that is integrated here, whatever the updates and their order', async () => {
    started();
    for (const seed of [1, 2, 3]) {
      const updates = randomUpdates(seed, 60);
      const here = CollaborativeDocument.restore(ID, updates.slice(0, 20));
      here.warm();
      const there = await host.open(ID, updates.slice(0, 20));
      const hosted = CollaborativeDocument.restore(ID, updates.slice(0, 20));
      hosted.host();
      // Every other one first, so that there are gaps.
      const shuffled = [...updates.slice(20).filter((_, at) => at % 2 === 1), ...updates.slice(15)];
      for (let at = 0; at < shuffled.length; at += 7) {
        const burst = shuffled.slice(at, at + 7).map(scanned);
        const integrations = await there.apply(burst);
        expect(integrations.each).toEqual(here.applyUpdates(burst));
        hosted.settle(burst, integrations);
        expect(Y.decodeStateVector(hosted.stateVector)).toEqual(Y.decodeStateVector(here.stateVector));
      }
      const made = new Y.Doc();
      for (const update of hosted.updates) Y.applyUpdate(made, update);
      expect(Buffer.compare(await there.encode(), here.documentData)).toBe(0);
      expect(Buffer.compare(Y.encodeStateAsUpdate(made), here.documentData)).toBe(0);
    }
  });

  it('[DOC26] what is given stays the caller’s, and a burst is merged', async () => {
    started();
    const updates = insertions('a', 'b', 'c', 'd');
    const copies = updates.map((update) => update.slice());
    const document = await host.open(ID, updates.slice(0, 1));
    const { each, merged } = await applied(document, ...updates.slice(1));
    expect(each.map(({ kind }) => kind)).toEqual(['learned', 'learned', 'learned']);
    expect(textOf(updates[0]!, merged!)).toBe('abcd');
    expect(updates).toEqual(copies);
    expect((await applied(document, updates[3]!)).merged).toBeUndefined();
  });

  it('[DOC4] [ROOM4] drops a document that an update does not integrate into, and keeps the others', async () => {
    started();
    const { base, accepted } = poisonFor(Y.encodeStateAsUpdate(new Y.Doc()), 3);
    const [poisoned, other] = [await host.open(ID, [base]), await host.open(DocumentId.parse('other'), [base])];
    await expect(applied(poisoned, accepted[0]!)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(poisoned.encode()).rejects.toMatchObject(unavailable);
    await expect(applied(poisoned, insertion('more'))).rejects.toMatchObject(unavailable);
    await applied(other, insertion('more'));
    expect(textOf(await other.encode())).toBe('more');
  });

  it('[ROOM18] refuses what is not whole, and what is no update', async () => {
    started();
    await expect(host.open(ID, insertions('a', 'b').slice(1))).rejects.toMatchObject({ kind: 'damaged' });
    await expect(host.open(ID, [Uint8Array.of(9, 9, 9)])).rejects.toMatchObject({ kind: 'damaged' });
    const document = await host.open(ID, []);
    expect(textOf(await document.encode())).toBe('');
  });

  it('[ROOM18] others are served while a large document is opened, and one that is closed meanwhile is not opened', async () => {
    started();
    const doc = new Y.Doc();
    for (let at = 0; at < 60_000; at++) doc.getText('t').insert(0, 'x');
    const other = await host.open(DocumentId.parse('other'), []);
    const order: string[] = [];
    const large = host.open(ID, [Y.encodeStateAsUpdate(doc)]).then(() => order.push('large'));
    await new Promise((resolve) => setImmediate(resolve));
    await applied(other, insertion('at once')).then(() => order.push('other'));
    await large;
    expect(order).toEqual(['other', 'large']);
  });

  it('[ROOM19] a thread that dies rejects what is under way in all its documents; the next one gets a new thread', async () => {
    mortal();
    const [dying, beside] = [await host.open(DocumentId.parse('dies'), []), await host.open(ID, [insertion('a', 1)])];
    const under = [applied(dying, insertion('x')), applied(beside, insertion('y')), beside.encode()];
    // The one beside it may have been answered before.
    const outcomes = await Promise.allSettled(under);
    expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: unavailable });
    await expect(beside.encode()).rejects.toMatchObject(unavailable);
    beside.close();
    dying.close();
    const again = await host.open(ID, [insertion('a', 1)]);
    expect(textOf(await again.encode())).toBe('a');
  });

  it('[ROOM19] a thread that ends while a document is opened, or cannot start, rejects that', async () => {
    mortal();
    await expect(host.open(DocumentId.parse('kills'), [])).rejects.toMatchObject(unavailable);
    await host.open(ID, []);
    await host.close();
    host = new WorkerDocumentHost(new URL('file:///does/not/exist.js'));
    await expect(host.open(ID, [])).rejects.toMatchObject(unavailable);
    await expect(host.open(ID, [])).rejects.toMatchObject(unavailable);
  });

  it('[ROOM18] ends the thread with its last document, and starts one again', async () => {
    started();
    const [first, second] = [await host.open(ID, [insertion('1')]), await host.open(ID, [insertion('2')])];
    first.close();
    first.close();
    expect(textOf(await second.encode())).toBe('2');
    const under = second.encode();
    second.close();
    await expect(under).rejects.toMatchObject(unavailable);
    const third = await host.open(ID, [insertion('3')]);
    expect(textOf(await third.encode())).toBe('3');
  });

  it('[ROOM18] close rejects what is under way, and every opening after it', async () => {
    started();
    const document = await host.open(ID, []);
    const under = document.encode();
    await Promise.all([host.close(), expect(under).rejects.toMatchObject(unavailable)]);
    await expect(host.open(ID, [])).rejects.toMatchObject(unavailable);
    await expect(document.encode()).rejects.toMatchObject(unavailable);
    document.close();
  });
});
