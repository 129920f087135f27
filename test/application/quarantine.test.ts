import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { DamagedDocumentError, type Snapshot } from '../../src/domain/repositories/update-log.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';
import { insertion, textOf } from '../support/updates.ts';
import { type FakeSession, settle, until, World } from '../support/world.ts';

const DOC = DocumentId.parse('doc');
const NOTHING = new Uint8Array([0]);
const KEPT = insertion('kept ', 1);

/** An update that decodes, and goes on with one that nobody has: which shows when it is integrated, and not before. */
const DANGLING = (() => {
  const [unknown, writer] = [new Y.Doc(), new Y.Doc()];
  [unknown.clientID, writer.clientID] = [3, 2];
  unknown.getText('t').insert(0, 'unknown ');
  Y.applyUpdate(writer, Y.encodeStateAsUpdate(unknown));
  const before = Y.encodeStateVector(writer);
  writer.getText('t').insert(8, 'dangling');
  return Y.encodeStateAsUpdate(writer, before);
})();

/** So much that another thread integrates it. */
const HEAVY = (() => {
  const doc = new Y.Doc();
  doc.clientID = 1;
  doc.getText('t').insert(0, 'kept ');
  doc.transact(() => {
    for (let at = 0; at < 4_000; at++) doc.getMap('map').set(`key ${at}`, `value ${at} `.padEnd(300, '.'));
  });
  return Y.encodeStateAsUpdate(doc);
})();

class Store extends MemoryUpdateLog {
  damage: DamagedDocumentError | undefined;

  override async load(documentId: DocumentId) {
    if (this.damage !== undefined) throw this.damage;
    return await super.load(documentId);
  }

  override async compact(documentId: DocumentId, snapshot: Snapshot): Promise<void> {
    if (this.damage !== undefined) throw this.damage;
    await super.compact(documentId, snapshot);
  }
}

async function opened(updates: readonly Uint8Array[], settings: Readonly<Record<string, string>> = {}) {
  const store = new Store();
  await store.append(
    updates.map((update, at) => ({ documentId: DOC, firstSequence: at + 1, updates: [update], timestamp: 7 })),
  );
  const world = new World({ store, settings });
  const session = await world.client('alice').join();
  return { store, world, session };
}

const ended = (session: FakeSession) => until(() => session.ended.length > 0, 'the session was ended');

/** As text, which is quick to compare. */
const storedOf = async (world: World) => (await world.stored()).map((update) => Buffer.from(update).toString('base64'));

/** Opens it again, and finds it in quarantine with `text`; whatever is written is refused, and nothing of it is stored. */
async function expectQuarantine(world: World, text: string): Promise<void> {
  const before = await storedOf(world);
  const session = await world.client('bob').join();
  const { room } = session.member;
  expect(room.condition).toMatchObject({ kind: 'quarantined', readable: 'some' });
  expect(textOf(await room.missingUpdates(NOTHING))).toBe(text);
  await expect(
    (async () => world.collaboration.handleDocumentUpdate(session.member, insertion('more')))(),
  ).rejects.toMatchObject({ kind: 'damaged' });
  await settle();
  expect(session.ended).toEqual([]);
  expect(await storedOf(world)).toEqual(before);
  const told = world.logs.filter(({ fields, level }) => fields.document === 'doc' && level !== 'debug');
  expect(told.map(({ level }) => level)).toEqual(['warn', 'error']);
}

describe('damage that is found while a document is open', () => {
  it.each([
    ['small', KEPT],
    ['one that another thread integrates', HEAVY],
  ])('[QUAR1] [QUAR2] [QUAR3] by the first edit of a document: %s', async (_, first) => {
    const { world, session } = await opened([first, DANGLING]);
    world.send(session, insertion('edit', 4));
    await ended(session);
    expect(session.ended).toMatchObject([{ kind: 'unavailable' }]);
    await expectQuarantine(world, 'kept ');
  });

  it('[QUAR1] [QUAR2] [QUAR3] by a compaction: what was acknowledged before stays', async () => {
    const { store, world, session } = await opened([KEPT], { COMPACT_AFTER_UPDATES: '2' });
    const readable = await store.load(DOC);
    store.damage = new DamagedDocumentError(DOC, 'the record of update 2: its checksum does not match', readable);
    world.send(session, insertion('edit', 4));
    await ended(session);
    const again = await world.client('bob').join();
    expect(again.member.room.condition).toMatchObject({ kind: 'quarantined', readable: 'some' });
    store.damage = undefined;
    expect(await world.stored()).toHaveLength(2);
  });

  it('[QUAR4] one that is repaired meanwhile is whole when it is opened again', async () => {
    const { store, world, session } = await opened([KEPT, DANGLING]);
    world.send(session, insertion('edit', 4));
    await ended(session);
    await store.delete(DOC);
    await store.append([{ documentId: DOC, firstSequence: 1, updates: [KEPT], timestamp: 8 }]);
    const again = await world.client('bob').join();
    expect(again.member.room.condition).toEqual({ kind: 'intact' });
    world.send(again, insertion('edit', 4));
    await settle();
    expect(await world.stored()).toHaveLength(2);
  });
});
