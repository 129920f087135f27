import { describe, expect, it } from 'vitest';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { insertion, insertions, textOf } from '../support/updates.ts';
import { settle, World } from '../support/world.ts';

const DOC = DocumentId.parse('doc');
const IDLE = 1_000;

describe('Rooms', () => {
  it('[ROOM7] loads a document once for everyone who asks', async () => {
    const world = new World();
    const opened = await Promise.all([1, 2, 3].map(() => world.rooms.open(DOC)));
    expect(new Set(opened).size).toBe(1);
    expect([world.log.calls('load'), world.rooms.size]).toEqual([1, 1]);
    expect(await world.rooms.open(DOC)).toBe(opened[0]);
    expect(world.log.calls('load')).toBe(1);
  });

  it('[ROOM7] a load that fails is unavailable to all who wait, and tried again by the next', async () => {
    const world = new World();
    await world.store.append([{ documentId: DOC, firstSequence: 1, updates: [insertion('kept')], timestamp: 7 }]);
    world.log.sabotage({ method: 'load', nth: 1 });
    const outcomes = await Promise.allSettled([1, 2, 3].map((at) => world.client(`c${at}`).join()));
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { kind: 'unavailable' } });
    }
    expect([world.log.calls('load'), world.rooms.size, world.sessions.size]).toEqual([1, 0, 0]);
    const { room } = (await world.client('c1').join()).member;
    expect([textOf(room.document.documentData), room.sequence, room.lastModified]).toEqual(['kept', 1, 7]);
  });

  it('[ROOM7] [LOG6] stored updates that do not make a document are refused as damaged, never an empty document', async () => {
    const world = new World();
    const [, second] = insertions('a', 'b');
    await world.store.append([{ documentId: DOC, firstSequence: 1, updates: [second!], timestamp: 7 }]);
    const edit = async () => (await world.client('c').join()).member.room.document.warm();
    await expect(edit()).rejects.toMatchObject({ kind: 'damaged' });
    expect(await world.stored()).toEqual([second]);
  });

  it('[ROOM8] lets go of a room that nobody was in for the idle time; opening it again finds all of it', async () => {
    const world = new World();
    const alice = world.client('alice');
    const session = await alice.join();
    world.send(session, insertion('kept'));
    await settle();
    world.clock.advance(10 * IDLE);
    world.rooms.maintain(IDLE);
    expect(world.rooms.find(DOC)).toBe(session.member.room);
    world.collaboration.leaveDocument(session.member);
    await settle();
    world.clock.advance(IDLE - 1);
    world.rooms.maintain(IDLE);
    expect(world.rooms.size).toBe(1);
    world.clock.advance(1);
    world.rooms.maintain(IDLE);
    expect([world.rooms.size, session.member.room.isOpen]).toEqual([0, false]);
    const again = await alice.join();
    expect(textOf(again.member.room.document.documentData)).toBe('kept');
    expect(world.log.calls('load')).toBe(2);
  });

  it('[ROOM8] keeps a room while something in it is not durable', async () => {
    const world = new World();
    const alice = world.client('alice');
    const session = await alice.join();
    world.log.sabotage({ method: 'append', nth: 1 });
    world.send(session, insertion('kept'));
    world.collaboration.leaveDocument(session.member);
    await settle();
    world.clock.advance(99);
    world.rooms.maintain(1);
    expect(world.rooms.size).toBe(1);
    world.clock.advance(1);
    await settle();
    world.rooms.maintain(1);
    expect([world.rooms.size, alice.acknowledged.length]).toEqual([0, 1]);
    expect(textOf(...(await world.stored()))).toBe('kept');
  });

  it('[ROOM8] one who opens it while it is let go of gets a room that is open', async () => {
    const world = new World();
    const session = await world.client('alice').join();
    world.collaboration.leaveDocument(session.member);
    await settle();
    world.clock.advance(IDLE);
    world.rooms.maintain(IDLE);
    const joining = world.client('bob').join();
    world.rooms.maintain(IDLE);
    const bob = await joining;
    world.rooms.maintain(0);
    expect(world.rooms.find(DOC)).toBe(bob.member.room);
    expect([bob.member.room.isOpen, bob.member.room === session.member.room]).toEqual([true, false]);
  });

  it('[ROOM13] close integrates what has arrived, stores it, and opens nothing any more', async () => {
    const world = new World();
    const alice = world.client('alice');
    const session = await alice.join();
    world.send(session, insertion('last'));
    await world.rooms.close();
    expect(textOf(...(await world.stored()))).toBe('last');
    expect(alice.acknowledged).toHaveLength(1);
    await expect(world.rooms.open(DocumentId.parse('other'))).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('[ROOM13] the log is closed also where the store fails to the last', async () => {
    const world = new World({ settings: { STORE_RETRY_MS: '1' } });
    const session = await world.client('alice').join();
    world.log.sabotage({ method: 'append', nth: 'all' });
    world.send(session, insertion('lost'));
    const stopped = expect(world.storage.stop()).rejects.toThrow();
    await settle();
    world.clock.advance(100);
    await stopped;
    expect(world.log.calls('close')).toBe(1);
  });
});
