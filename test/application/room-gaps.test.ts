import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { insertion, insertions, textOf } from '../support/updates.ts';
import { aliceAndBob, settle, World } from '../support/world.ts';

describe('Room: gaps', () => {
  it('[ROOM5] a gap is neither stored, passed on nor acknowledged; its sender is asked', async () => {
    const world = new World();
    const { alice, a, b } = await aliceAndBob(world);
    const [first, second] = insertions('a', 'b');
    world.send(a, second!);
    await settle();
    expect([alice.acknowledged, await world.stored(), b.updates]).toEqual([[], [], []]);
    expect(a.asked).toEqual([new Uint8Array([0])]);
    world.send(a, first!);
    await settle();
    expect(alice.acknowledgedUpdates).toEqual([second, first]);
    expect(b.updates.map(({ update }) => update)).toEqual([first, second]);
    expect(textOf(...(await world.stored()))).toBe('ab');
    expect(a.asked).toHaveLength(1);
  });

  it('[ROOM5] it integrates in its own name when somebody else fills it', async () => {
    const world = new World();
    const { alice, a, b } = await aliceAndBob(world);
    const [first, second] = insertions('a', 'b');
    world.send(a, second!);
    await settle();
    world.send(b, first!);
    await settle();
    expect(alice.acknowledgedUpdates).toEqual([second]);
    expect(b.updates.map(({ clientId, update }) => [clientId.value, update])).toEqual([['alice', second]]);
  });

  it('[ROOM5] the part of an update that integrates goes the way of any other', async () => {
    const world = new World();
    const { alice, a, b } = await aliceAndBob(world);
    const [first, second] = insertions('a', 'b');
    const both = Y.mergeUpdates([second!, insertion('x', 7)]);
    world.send(a, both);
    await settle();
    expect(textOf(...b.updates.map(({ update }) => update))).toBe('x');
    expect(alice.acknowledged).toEqual([]);
    world.send(b, first!);
    await settle();
    expect(alice.acknowledgedUpdates).toEqual([both]);
    expect(
      textOf(...(await world.stored()))
        .split('')
        .toSorted()
        .join(''),
    ).toBe('abx');
  });

  it('[ROOM5] after the timeout it is refused with invalid, and those behind it are acknowledged', async () => {
    const world = new World({ settings: { GAP_TIMEOUT_MS: '1000' } });
    const { alice, a } = await aliceAndBob(world);
    const [, second] = insertions('a', 'b');
    const other = insertion('other');
    world.send(a, second!, other);
    await settle();
    expect(alice.acknowledged).toEqual([]);
    world.clock.advance(1_000);
    world.rooms.maintain(60_000);
    expect(a.refused).toEqual([]);
    world.clock.advance(1);
    world.rooms.maintain(60_000);
    expect(a.refused.map(({ kind }) => kind)).toEqual(['invalid']);
    expect(alice.acknowledgedUpdates).toEqual([other]);
    expect(await world.stored()).toEqual([other]);
  });

  it('[ROOM5] when too many wait it is refused at once', async () => {
    const world = new World({ settings: { MAX_GAP_UPDATES: '2' } });
    const { a } = await aliceAndBob(world);
    for (let at = 0; at < 3; at++) world.send(a, insertions('a', 'b')[1]!);
    await settle();
    expect(a.refused.map(({ kind }) => kind)).toEqual(['invalid']);
  });

  it('[ROOM5] who leaves with a gap does not hold up its other documents', async () => {
    const world = new World();
    const alice = world.client('alice');
    const [one, two_] = [await alice.join('one'), await alice.join('two')];
    const update = insertion('other');
    world.send(one, insertions('a', 'b')[1]!);
    world.send(two_, update);
    await settle();
    expect(alice.acknowledged).toEqual([]);
    world.collaboration.leaveDocument(one.member);
    expect(alice.acknowledgedUpdates).toEqual([update]);
  });
});
