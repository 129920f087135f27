import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';
import { CollaborationError } from '../../src/domain/errors.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { randomFrom } from '../codecs/random-updates.ts';
import { GatedLog } from '../grpc/support/gated-log.ts';
import { poisonFor } from '../support/poison.ts';
import { insertion, textOf } from '../support/updates.ts';
import { type FakeSession, settle, until, World } from '../support/world.ts';

const EMPTY = Y.encodeStateAsUpdate(new Y.Doc());
const { bait, accepted: POISON } = poisonFor(EMPTY, 60);
const DOC = DocumentId.parse('doc');

async function baited(world: World) {
  const clients = ['alice', 'bob', 'carol'].map((name) => world.client(name));
  const sessions: FakeSession[] = [];
  for (const client of clients) sessions.push(await client.join());
  world.send(sessions[0]!, bait);
  await settle();
  for (const client of clients) client.acknowledged.length = 0;
  for (const session of sessions) session.delivered.length = 0;
  return { clients, sessions };
}

const readable = (world: World) => world.rooms.find(DOC)?.busy === undefined;

describe('Room: updates that do not integrate', () => {
  it('[ROOM4] one is refused to its sender, and the document is as before', async () => {
    const world = new World();
    const { clients, sessions } = await baited(world);
    const before = sessions[0]!.member.room.document.documentData;
    world.send(sessions[1]!, POISON[0]!);
    await settle();
    expect(sessions.map(({ refused }) => refused.map(({ kind }) => kind))).toEqual([[], ['invalid'], []]);
    expect(sessions.flatMap(({ updates }) => updates)).toEqual([]);
    expect(clients.flatMap(({ acknowledged }) => acknowledged)).toEqual([]);
    expect(await world.stored()).toEqual([bait]);
    expect(sessions[0]!.member.room.document.documentData).toEqual(before);
    expect((await world.client('late').join()).member.room.document.documentData).toEqual(before);
    expect(world.refusals).toEqual(['poisoned-update']);
    expect(JSON.stringify(world.logs)).toContain('does not integrate');
  });

  it('[ROOM4] in bursts of many members, the good ones are acknowledged and delivered once, the bad refused', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const world = new World();
      const { clients, sessions } = await baited(world);
      const random = randomFrom(seed);
      const good: { readonly from: number; readonly update: Uint8Array }[] = [];
      const bad = [0, 0, 0];
      for (let burst = 0; burst < 4; burst++) {
        for (let at = 0; at < 6; at++) {
          const from = random(3);
          if (random(3) > 0) {
            const update = insertion(`${seed}.${burst}.${at};`);
            good.push({ from, update });
            world.send(sessions[from]!, update);
          } else {
            bad[from]!++;
            world.send(sessions[from]!, POISON[random(POISON.length)]!);
          }
        }
        // The next burst arrives in the middle of the recovery, or when it is over.
        if (random(2) === 0) await settle();
        else await new Promise((resolve) => setImmediate(resolve));
      }
      await until(() => readable(world), 'the end of the recovery');
      await settle();
      const byClient = (from: number) => good.filter((each) => each.from === from).map(({ update }) => update);
      expect(clients.map(({ acknowledgedUpdates }) => acknowledgedUpdates)).toEqual([0, 1, 2].map(byClient));
      sessions.forEach((session, from) => {
        const others = good.filter((each) => each.from !== from).map(({ update }) => update);
        expect(session.updates.map(({ update }) => update)).toEqual(others);
        expect(session.refused).toHaveLength(bad[from]!);
      });
      expect(await world.stored()).toEqual([bait, ...good.map(({ update }) => update)]);
      const document = sessions[0]!.member.room.document.documentData;
      expect(textOf(document)).toBe(textOf(bait, ...good.map(({ update }) => update)));
      expect(sessions[0]!.member.room.sequence).toBe(1 + good.length);
    }
  });

  it('[ROOM4] what a session asks for during a recovery holds what came in before it asked', async () => {
    const world = new World();
    const { sessions } = await baited(world);
    world.send(sessions[0]!, POISON[0]!);
    const first = world.collaboration.getSyncData(sessions[1]!.member, new Uint8Array());
    world.send(sessions[2]!, insertion('during'));
    const second = world.collaboration.getSyncData(sessions[1]!.member, new Uint8Array());
    await Promise.all([first, second]);
    expect(textOf((await second).update)).toBe('during');
  });

  it('[ROOM4] a gap that turns out to be poisoned is refused to who sent it, not to who filled it', async () => {
    const world = new World();
    const [alice, bob] = [world.client('alice'), world.client('bob')];
    const [a, b] = [await alice.join(), await bob.join()];
    // What it overlaps is not there yet.
    world.send(a, POISON.find((update) => scanUpdate(update).structs.length === 1)!);
    await settle();
    expect(a.asked).toHaveLength(1);
    world.send(b, bait);
    await settle();
    await until(() => readable(world), 'the end of the recovery');
    expect([a, b].map(({ refused }) => refused.map(({ kind }) => kind))).toEqual([['invalid'], []]);
    expect([alice.acknowledged.length, bob.acknowledgedUpdates]).toEqual([0, [bait]]);
    expect(await world.stored()).toEqual([bait]);
  });
});

describe('Room: updates that do not integrate, and a store that fails', () => {
  it('[ROOM4] [ROOM9] waits for the store, then recovers with everything that was taken', async () => {
    const world = new World();
    const { clients, sessions } = await baited(world);
    const [before, beside] = [insertion('before;', 5), insertion('beside;', 6)];
    world.log.sabotage({ method: 'append', nth: 1 });
    world.send(sessions[0]!, before);
    await settle();
    world.send(sessions[1]!, POISON[0]!, beside);
    await settle();
    expect(clients.flatMap(({ acknowledged }) => acknowledged)).toEqual([]);
    world.clock.advance(100);
    await settle();
    expect(clients.map(({ acknowledgedUpdates }) => acknowledgedUpdates)).toEqual([[before], [beside], []]);
    expect(await world.stored()).toEqual([bait, before, beside]);
  });

  it('[ROOM4] [ROOM9] a room that fails while it recovers stores nothing any more: another has its sequence numbers', async () => {
    const store = new GatedLog();
    const world = new World({ store });
    const { clients, sessions } = await baited(world);
    const failing = sessions[0]!.member.room;
    store.shutGate('load');
    world.send(sessions[0]!, insertion('of the failed room'), POISON[0]!);
    await store.reached('load');
    failing.fail(new CollaborationError('unavailable', 'The store failed; try again later.'));
    store.openGate('load');
    const late = await world.client('late').join();
    const update = insertion('of the next room');
    world.send(late, update);
    await settle();
    expect(await world.stored()).toEqual([bait, update]);
    expect(clients.flatMap(({ acknowledged }) => acknowledged)).toEqual([]);
    expect(clients.map(({ connection }) => connection.acknowledgements.pending)).toEqual([0, 0, 0]);
    expect(sessions.map(({ ended }) => ended.length)).toEqual([1, 1, 1]);
    await expect(async () => failing.whenReadable()).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it.each(['append', 'load'] as const)(
    '[ROOM4] [ROOM9] %s fails for good in the middle: nothing false',
    async (method) => {
      // The nth call from here on fails, and all behind it; until none does.
      for (let nth = 1; ; nth++) {
        const world = new World({ settings: { STORE_RETRY_MS: '1' } });
        const { clients, sessions } = await baited(world);
        for (let call = nth; call < nth + 30; call++) world.log.sabotage({ method, nth: call });
        const calls = world.log.calls(method);
        const good = Array.from({ length: 6 }, (_, at) => insertion(`${at};`));
        good.forEach((update, at) => {
          world.send(sessions[at % 3]!, update, POISON[at]!);
        });
        await settle();
        for (let round = 0; round < 5; round++) {
          world.clock.advance(5_000);
          await settle();
        }
        const failed = sessions.some(({ ended }) => ended.length > 0);
        expect(sessions.map(({ ended }) => ended.length)).toEqual(failed ? [1, 1, 1] : [0, 0, 0]);
        world.log.heal();
        const stored = await world.stored();
        for (const client of clients) {
          for (const { update, sequence } of client.acknowledged) expect(stored[sequence - 1]).toEqual(update);
          expect(client.connection.acknowledgements.pending).toBe(0);
        }
        const late = await world.client('late').join();
        expect(textOf(late.member.room.document.documentData)).toBe(textOf(...stored));
        world.send(late, insertion('after;'));
        await settle();
        expect(await world.stored()).toHaveLength(stored.length + 1);
        if (!failed) {
          expect(stored).toHaveLength(7);
          expect(world.log.calls(method) - calls).toBeLessThan(nth + 2);
          expect(nth).toBeGreaterThan(1);
          return;
        }
      }
    },
  );
});
