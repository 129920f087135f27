import { describe, expect, it } from 'vitest';
import type { WireFormat } from '../../src/application/ports/wire-format.ts';
import { RoomBatch } from '../../src/application/room/room-batch.ts';
import { poisonFor } from '../support/poison.ts';
import { insertion } from '../support/updates.ts';
import { aliceAndBob, settle, World } from '../support/world.ts';

describe('Room: the way of an update', () => {
  it('[ROOM1] acknowledges once, when it is on disk and not before', async () => {
    const world = new World();
    const { alice, a } = await aliceAndBob(world);
    world.log.sabotage({ method: 'append', nth: 1 });
    const update = insertion('hello');
    world.send(a, update);
    await settle();
    expect([world.log.calls('append'), alice.acknowledged]).toEqual([1, []]);
    world.clock.advance(100);
    await settle();
    expect(alice.acknowledgedUpdates).toEqual([update]);
    expect(await world.stored()).toEqual([update]);
    expect(alice.acknowledged.map(({ documentId, clientId, sequence }) => [documentId, clientId, sequence])).toEqual([
      ['doc', 'alice', 1],
    ]);
  });

  it('[ROOM2] acknowledges in the order of arrival across the documents of a connection', async () => {
    const world = new World();
    const client = world.client('alice');
    const sessions = [await client.join('one'), await client.join('two'), await client.join('three')];
    const lone = Array.from({ length: 6 }, (_, at) => insertion(String(at)));
    for (const [at, update] of lone.entries()) world.send(sessions[(at * 2) % 3]!, update);
    await settle();
    expect(client.acknowledgedUpdates).toEqual(lone);
  });

  it('[ROOM3] delivers to every other session in the order of the sequence numbers, and not to its own', async () => {
    const world = new World();
    const { a, b } = await aliceAndBob(world);
    const carol = await world.client('carol').join();
    const [one, two_, three] = [insertion('1'), insertion('2'), insertion('3')];
    world.send(a, one);
    world.send(b, two_);
    world.send(a, three);
    await settle();
    const heard = (of: typeof a) => of.updates.map(({ sequence, update }) => [sequence, update]);
    expect(heard(carol)).toEqual([
      [1, one],
      [2, two_],
      [3, three],
    ]);
    expect(heard(a)).toEqual([[2, two_]]);
    expect(heard(b)).toEqual([
      [1, one],
      [3, three],
    ]);
    expect(world.commits).toEqual([3]);
  });

  it('[ROOM6] a known update is acknowledged and neither stored nor delivered again', async () => {
    const world = new World();
    const { alice, bob, a, b } = await aliceAndBob(world);
    const update = insertion('hello');
    world.send(a, update, update);
    world.send(b, update);
    await settle();
    expect([alice.acknowledged.length, bob.acknowledged.length]).toEqual([2, 1]);
    expect(await world.stored()).toEqual([update]);
    expect([a.updates.length, b.updates.length]).toEqual([0, 1]);
    world.send(a, update);
    await settle();
    expect(alice.acknowledged.map(({ sequence }) => sequence)).toEqual([1, 1, 1]);
  });

  it('[ROOM6] a known update waits until what it repeats is durable', async () => {
    const world = new World();
    const { bob, a, b } = await aliceAndBob(world);
    const update = insertion('hello');
    world.log.sabotage({ method: 'append', nth: 1 });
    world.send(a, update);
    await settle();
    world.send(b, update);
    await settle();
    expect(bob.acknowledged).toEqual([]);
    world.clock.advance(100);
    await settle();
    expect(bob.acknowledgedUpdates).toEqual([update]);
  });

  it('[DOC11] bytes behind an update are neither stored nor passed on', async () => {
    const world = new World();
    const { a, b } = await aliceAndBob(world);
    const update = insertion('hello');
    world.send(a, Uint8Array.of(...update, 1, 2, 3));
    await settle();
    expect(await world.stored()).toEqual([update]);
    expect(b.updates.map((event) => event.update)).toEqual([update]);
  });

  it('[ROOM10] one batch is encoded once a protocol, and everyone who caused nothing gets the same bytes', async () => {
    const world = new World();
    const { a, b } = await aliceAndBob(world);
    const carol = await world.client('carol').join();
    await settle();
    let encoded = 0;
    const format: WireFormat = {
      encode: (events) => {
        encoded++;
        return events.map(() => Uint8Array.of(encoded));
      },
      echoes: () => false,
    };
    const batches: RoomBatch[] = [];
    for (const session of [a, b, carol]) {
      session.deliver = (batch) => {
        batches.push(batch);
      };
    }
    world.send(a, insertion('1'), insertion('2'));
    await settle();
    const batch = batches[0]!;
    expect(batches).toEqual([batch, batch, batch]);
    const toBob = batch.encodedFor(b.member, format);
    expect(batch.encodedFor(carol.member, format)).toBe(toBob);
    expect(toBob.messages).toHaveLength(2);
    expect(batch.encodedFor(a.member, format).messages).toEqual([]);
    expect(encoded).toBe(2);
    expect(new RoomBatch().encodedFor(a.member, format).messages).toEqual([]);
  });
});

describe('Room: what is refused before', () => {
  it('[DOC10] [LIM2] damaged and oversized updates throw, and wait for nothing', async () => {
    const world = new World({ settings: { MAX_MESSAGE_BYTES: '1024' } });
    const alice = world.client('alice');
    const a = await alice.join();
    const { refused } = poisonFor(insertion('x', 9), 20);
    for (const update of refused)
      expect(() => world.send(a, update)).toThrow(expect.objectContaining({ kind: 'invalid' }));
    expect(() => world.send(a, insertion('x'.repeat(2_000)))).toThrow(expect.objectContaining({ kind: 'too-large' }));
    const update = insertion('hello');
    world.send(a, update);
    await settle();
    expect(alice.acknowledgedUpdates).toEqual([update]);
    expect(await world.stored()).toEqual([update]);
  });
});
