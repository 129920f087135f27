import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';
import { insertion, textOf } from '../support/updates.ts';
import { settle, until, World } from '../support/world.ts';

const DOC = DocumentId.parse('doc');
const NOTHING = new Uint8Array([0]);
const SETTINGS = { RELEASE_UNREAD_MS: '1000', RELEASE_UNEDITED_MS: '5000', ROOM_IDLE_MS: '60000' };

async function storeWith(...updates: Uint8Array[]): Promise<MemoryUpdateLog> {
  const store = new MemoryUpdateLog();
  await store.append([{ documentId: DOC, firstSequence: 1, updates, timestamp: 7 }]);
  return store;
}

function pass(world: World, milliseconds: number): void {
  world.clock.advance(milliseconds);
  world.rooms.maintain(60_000);
}

/** A map of `entries`, about 30 bytes each. */
function large(entries: number): Y.Doc {
  const doc = new Y.Doc();
  doc.getText('text').insert(0, 'kept');
  doc.transact(() => {
    for (let at = 0; at < entries; at++) doc.getMap('map').set(`key ${at}`, `value ${at}`);
  });
  return doc;
}

describe('Room: what it has in memory', () => {
  it('[ROOM16] gives back what nobody reads, and reads it again for whoever asks', async () => {
    const world = new World({ store: await storeWith(insertion('kept')), settings: SETTINGS });
    const { room } = (await world.client('alice').join()).member;
    pass(world, 999);
    expect(textOf(await room.missingUpdates(NOTHING))).toBe('kept');
    expect(world.log.calls('load')).toBe(1);
    pass(world, 1_000);
    expect(textOf(await room.missingUpdates(NOTHING))).toBe('kept');
    expect(world.log.calls('load')).toBe(2);
  });

  it('[ROOM16] an edited document stays longer; the next edit and its acknowledgement find all that was there', async () => {
    const world = new World({ settings: SETTINGS });
    const alice = world.client('alice');
    const session = await alice.join();
    const { room } = session.member;
    const [first, second] = [insertion('first'), insertion('second')];
    world.send(session, first);
    await settle();
    pass(world, 4_999);
    expect(textOf(await room.missingUpdates(NOTHING))).toBe('first');
    expect(world.log.calls('load')).toBe(1);
    pass(world, 5_000);
    world.send(session, second);
    await settle();
    expect(world.log.calls('load')).toBe(2);
    expect(alice.acknowledgedUpdates).toEqual([first, second]);
    expect(textOf(await room.missingUpdates(NOTHING))).toMatch(/firstsecond|secondfirst/);
    expect([room.sequence, session.ended]).toEqual([2, []]);
  });

  it('[ROOM16] keeps what is not durable yet, and what waits for missing updates', async () => {
    const world = new World({ settings: { ...SETTINGS, STORE_RETRY_MS: '100000' } });
    const session = await world.client('alice').join();
    world.log.sabotage({ method: 'append', nth: 'all' });
    world.send(session, insertion('on its way'));
    await settle();
    pass(world, 50_000);
    expect(textOf(session.member.room.document.documentData)).toBe('on its way');
  });

  it('[ROOM16] [ROOM7] a log that fails then ends the sessions, never an empty document', async () => {
    const world = new World({ store: await storeWith(insertion('kept')), settings: SETTINGS });
    const session = await world.client('alice').join();
    const { room } = session.member;
    pass(world, 1_000);
    world.log.sabotage({ method: 'load', nth: 'all' });
    await expect(room.missingUpdates(NOTHING)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(session.ended.map(({ kind }) => kind)).toEqual(['unavailable']);
    world.log.heal();
    const again = await world.client('bob').join();
    expect(textOf(await again.member.room.missingUpdates(NOTHING))).toBe('kept');
  });

  it('[ROOM16] [ROOM11] many updates are folded before they are let go of', async () => {
    const world = new World({ settings: { ...SETTINGS, COMPACT_IDLE_AFTER_UPDATES: '3' } });
    const session = await world.client('alice').join();
    world.send(session, insertion('a'), insertion('b'), insertion('c'));
    await settle();
    pass(world, 5_000);
    await settle();
    expect((await world.store.load(DOC))?.tail).toEqual([]);
    pass(world, 5_000);
    await session.member.room.missingUpdates(NOTHING);
    expect(world.log.calls('load')).toBe(2);
  });
});

describe('Room: a large document', () => {
  it('[ROOM17] is integrated in steps, and can be read meanwhile', async () => {
    const doc = large(20_000);
    const update = Y.encodeStateAsUpdate(doc);
    const world = new World({ store: await storeWith(update), settings: SETTINGS });
    const alice = world.client('alice');
    const session = await alice.join();
    const { room } = session.member;
    const edit = insertion('edit');
    world.send(session, edit);
    await until(() => room.busy !== undefined, 'the document is made ready');
    let turns = 0;
    const count = () => {
      turns++;
      if (room.busy !== undefined) setImmediate(count);
    };
    count();
    const [whole] = await room.missingParts(NOTHING);
    expect(room.busy).toBeDefined();
    expect(whole !== undefined && Buffer.compare(whole, update)).toBe(0);
    await until(() => alice.acknowledged.length > 0, 'the edit is acknowledged');
    expect(turns).toBeGreaterThan(3);
    expect(textOf(await room.missingUpdates(NOTHING))).toBe(textOf(update, edit));
  });

  it('[ROOM17] somebody who has a part of it is answered by another thread, and what is known needs no integration', async () => {
    const doc = large(60_000);
    const update = Y.encodeStateAsUpdate(doc);
    expect(update.byteLength).toBeGreaterThan(1024 * 1024);
    const world = new World({ store: await storeWith(update), settings: SETTINGS });
    const alice = world.client('alice');
    const session = await alice.join();
    const { room } = session.member;
    const stranger = new Y.Doc();
    stranger.getText('text').insert(0, 'mine');
    const answer = await room.missingUpdates(Y.encodeStateVector(stranger));
    expect(textOf(answer)).toBe(textOf(update));
    world.send(session, update);
    // In as many turns as the machine needs.
    await until(() => alice.acknowledged.length > 0, 'it is acknowledged');
    expect(alice.acknowledgedUpdates[0] === update).toBe(true);
    expect([room.document.isHot, (await world.stored()).length]).toEqual([false, 1]);
  });
});
