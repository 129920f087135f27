import { describe, expect, it } from 'vitest';
import { ConflictError } from '../../src/domain/repositories/update-log.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { insertion, insertions } from '../support/updates.ts';
import { aliceAndBob, settle, until, World } from '../support/world.ts';

const DOC = DocumentId.parse('doc');

describe('Room: a store that fails', () => {
  it('[ROOM9] ends everyone with unavailable when it is given up, and the document is read anew', async () => {
    const world = new World({ settings: { STORE_RETRY_MS: '100' } });
    const { alice, a, b } = await aliceAndBob(world);
    const kept = insertion('kept');
    world.send(a, kept);
    await settle();
    world.log.sabotage({ method: 'append', nth: 'all' });
    world.send(a, insertion('lost'));
    await settle();
    expect(world.journal.isFailing).toBe(true);
    world.clock.advance(100);
    await settle();
    expect([a, b].map(({ ended }) => ended.map(({ kind }) => kind))).toEqual([['unavailable'], ['unavailable']]);
    expect(alice.acknowledgedUpdates).toEqual([kept]);
    expect(world.rooms.find(DOC)).toBeUndefined();
    world.log.heal();
    const carol = await world.client('carol').join();
    expect(carol.member.room.document.documentData).toEqual(kept);
    expect(carol.member.room.sequence).toBe(1);
    const next = insertion('next');
    world.send(carol, next);
    await settle();
    expect(await world.stored()).toEqual([kept, next]);
  });

  it('[ROOM9] a document without a part in what failed goes on; the connection they share is not held up', async () => {
    const world = new World({ settings: { STORE_RETRY_MS: '1' } });
    const alice = world.client('alice');
    const [failing, healthy] = [await alice.join('failing'), await alice.join('healthy')];
    world.log.sabotage({ method: 'append', nth: 1 });
    world.log.sabotage({ method: 'append', nth: 2 });
    world.send(failing, insertion('lost'));
    await settle();
    world.clock.advance(100);
    await settle();
    // Its session has ended; what its client still sends waits for nothing and holds nothing up.
    world.send(failing, insertion('too late'), insertions('a', 'b')[1]!);
    const update = insertion('kept');
    world.send(healthy, update);
    await settle();
    expect(alice.acknowledgedUpdates).toEqual([update]);
    expect([failing.ended.length, healthy.ended.length]).toEqual([1, 0]);
    expect(alice.connection.acknowledgements.pending).toBe(0);
    expect(await world.stored('failing')).toEqual([]);
  });

  it('[ROOM9] gaps and what is still in the inbox of a failed room hold up nothing', async () => {
    const world = new World({ settings: { STORE_RETRY_MS: '1' } });
    const alice = world.client('alice');
    const bob = world.client('bob');
    const [failing, healthy] = [await alice.join('failing'), await alice.join('healthy')];
    const other = await bob.join('failing');
    world.log.sabotage({ method: 'append', nth: 1 });
    world.log.sabotage({ method: 'append', nth: 2 });
    world.send(failing, insertions('a', 'b')[1]!);
    world.send(other, insertion('lost'));
    await settle();
    world.clock.advance(100);
    await until(() => failing.ended.length === 1, 'the room fails');
    const update = insertion('kept');
    world.send(healthy, update);
    await settle();
    expect(alice.acknowledgedUpdates).toEqual([update]);
    expect([failing.refused.length, bob.connection.acknowledgements.pending]).toEqual([0, 0]);
  });

  it('[ROOM7] nobody enters a room that failed while they waited for it', async () => {
    const world = new World();
    const { a } = await aliceAndBob(world);
    const { room } = a.member;
    const joining = world.client('carol').join();
    room.appendFailed(new Error('disk full'));
    await expect(joining).rejects.toMatchObject({ kind: 'unavailable' });
    expect(room.members.all.map(({ session }) => session.clientId.value)).not.toContain('carol');
    await expect(world.client('dave').join()).resolves.toBeDefined();
    expect(() => room.whenReadable()).toThrow(expect.objectContaining({ kind: 'unavailable' }));
  });

  it('[LOG19] whoever is in a document that was written elsewhere is told to come back, and finds what was written', async () => {
    const world = new World();
    const alice = world.client('alice');
    const [contested, healthy] = [await alice.join('contested'), await alice.join('healthy')];
    const documentId = DocumentId.parse('contested');
    const elsewhere = insertion('elsewhere');
    await world.log.append([{ documentId, firstSequence: 1, updates: [elsewhere], timestamp: 1 }]);
    world.log.sabotage({ method: 'append', nth: 1, error: new ConflictError([documentId]) });
    const [lost, kept] = [insertion('lost'), insertion('kept')];
    world.send(contested, lost);
    world.send(healthy, kept);
    await settle();
    expect(contested.ended).toMatchObject([
      { kind: 'unavailable', message: expect.stringContaining('written elsewhere') },
    ]);
    expect(healthy.ended).toEqual([]);
    expect(alice.acknowledgedUpdates).toEqual([kept]);
    expect(world.journal.isFailing).toBe(false);
    alice.connection.remove(contested.member);
    const again = await alice.join('contested');
    expect(again.member.room.document.documentData).toEqual(elsewhere);
    world.send(again, lost);
    await settle();
    expect(await world.stored('contested')).toEqual([elsewhere, lost]);
  });
});
