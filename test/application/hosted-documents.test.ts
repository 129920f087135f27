import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';
import { randomFrom } from '../codecs/random-updates.ts';
import { LocalHost } from '../support/local-host.ts';
import { poisonFor } from '../support/poison.ts';
import { insertion, insertions, textOf } from '../support/updates.ts';
import { settle, until, World } from '../support/world.ts';

const DOC = DocumentId.parse('doc');
const NOTHING = new Uint8Array([0]);
const SETTINGS = { RELEASE_UNREAD_MS: '1000', RELEASE_UNEDITED_MS: '5000', COMPACT_IDLE_AFTER_UPDATES: '1000000' };

/** More than a mebibyte: a map, and a text that says `kept`. */
const LARGE = (() => {
  const doc = new Y.Doc();
  doc.clientID = 1;
  doc.getText('t').insert(0, 'kept');
  doc.transact(() => {
    for (let at = 0; at < 4_000; at++) doc.getMap('map').set(`key ${at}`, `value ${at} `.padEnd(300, '.'));
  });
  return Y.encodeStateAsUpdate(doc);
})();

const SMALL = insertion('small', 2);

/** As a snapshot. */
async function storeWith(update: Uint8Array): Promise<MemoryUpdateLog> {
  const store = new MemoryUpdateLog();
  await store.append([{ documentId: DOC, firstSequence: 1, updates: [update], timestamp: 7 }]);
  await store.compact(DOC, { update, sequence: 1 });
  return store;
}

async function scene(settings: Readonly<Record<string, string>> = {}, update = LARGE) {
  const host = new LocalHost();
  const world = new World({ store: await storeWith(update), settings: { ...SETTINGS, ...settings }, host });
  const [alice, bob] = [world.client('alice'), world.client('bob')];
  const [a, b] = [await alice.join(), await bob.join()];
  await settle();
  const { room } = a.member;
  const idle = () =>
    until(() => room.busy === undefined && alice.connection.acknowledgements.pending === 0, 'all is done');
  const text = async () => textOf(await room.missingUpdates(NOTHING));
  return { world, host, alice, bob, a, b, room, idle, text };
}

/** Somebody's edits of a document, an update each. */
function edits(base: Uint8Array, count: number, client = 77): Uint8Array[] {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, base);
  doc.clientID = client;
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  const random = randomFrom(client);
  const text = doc.getText('t');
  while (updates.length < count) {
    if (random(4) === 0 && text.length > 3) text.delete(random(text.length - 1), 1);
    else text.insert(random(text.length + 1), `<${updates.length}>`);
  }
  return updates;
}

describe('Room: a document that another thread integrates', () => {
  it('[ROOM18] [ROOM17] is edited there, with the acknowledgements, deliveries and answers of any other', async () => {
    const { world, host, alice, bob, a, b, room, idle } = await scene();
    const [mine, theirs] = [edits(LARGE, 120, 77), edits(LARGE, 120, 78)];
    for (let at = 0; at < 120; at += 12) {
      world.send(a, ...mine.slice(at, at + 12));
      world.send(b, ...theirs.slice(at, at + 12));
      if (at % 3 === 0) await settle();
    }
    await idle();
    await settle();
    expect([room.document.isHosted, room.document.isHot, host.size]).toEqual([true, false, 1]);
    expect(alice.acknowledgedUpdates).toEqual(mine);
    expect(bob.acknowledgedUpdates).toEqual(theirs);
    expect(a.updates.map(({ update }) => update)).toEqual(theirs);
    expect(b.updates.map(({ update }) => update)).toEqual(mine);
    const all = [...mine, ...theirs];
    expect(textOf(...(await room.missingParts(NOTHING)))).toBe(textOf(LARGE, ...all));
    expect(textOf(await room.missingUpdates(NOTHING))).toBe(textOf(LARGE, ...all));
    const whole = new Y.Doc();
    for (const update of [LARGE, ...all]) Y.applyUpdate(whole, update);
    expect(Y.decodeStateVector(room.stateVector)).toEqual(Y.decodeStateVector(Y.encodeStateVector(whole)));
    expect(textOf(...(await world.stored()))).toBe(textOf(LARGE, ...all));
    expect(room.sequence).toBe(241);
  });

  it('[ROOM18] somebody who has a part of it is told the rest, and who has all of it no struct', async () => {
    const { world, a, room, idle } = await scene();
    const mine = edits(LARGE, 60);
    const part = new Y.Doc();
    for (const update of [LARGE, ...mine.slice(0, 30)]) Y.applyUpdate(part, update);
    world.send(a, ...mine);
    await idle();
    const answer = await room.missingUpdates(Y.encodeStateVector(part));
    expect(answer.byteLength).toBeLessThan(LARGE.byteLength / 10);
    Y.applyUpdate(part, answer);
    expect(part.getText('t').toString()).toBe(textOf(LARGE, ...mine));
    const upToDate = await room.missingParts(room.stateVector);
    expect(upToDate.every((update) => Y.decodeUpdate(update).structs.length === 0)).toBe(true);
  });

  it('[ROOM18] [ROOM6] what it knows already is acknowledged and not stored again', async () => {
    const { world, host, alice, a, room, idle } = await scene();
    const mine = edits(LARGE, 10);
    world.send(a, ...mine);
    await idle();
    const bursts = host.applied.length;
    world.send(a, LARGE, mine[0]!, Uint8Array.of(0, 0));
    // A large update is looked through in turns, and waits for nothing meanwhile.
    await until(() => alice.acknowledged.length >= 13, 'all three are acknowledged');
    await idle();
    expect(alice.acknowledged).toHaveLength(13);
    expect([room.sequence, (await world.stored()).length]).toEqual([11, 11]);
    expect(host.applied.length - bursts).toBeLessThanOrEqual(1);
  });

  it('[ROOM18] [ROOM5] a gap waits outside of it, and is integrated when it is filled', async () => {
    const { world, alice, a, b, idle, text } = await scene();
    const [first, second, third] = insertions('1', '2', '3');
    world.send(a, third!);
    await until(() => a.asked.length > 0, 'alice is asked for what is missing');
    expect(alice.acknowledged).toEqual([]);
    world.send(b, first!, second!);
    await idle();
    expect(alice.acknowledgedUpdates).toEqual([third]);
    expect(await text()).toBe(textOf(LARGE, first!, second!, third!));
  });

  it('[ROOM18] [ROOM4] one that does not integrate is refused to its sender, and all else is taken', async () => {
    const small = Y.encodeStateAsUpdate(new Y.Doc());
    const { bait, accepted: poison } = poisonFor(small, 5);
    const { world, host, alice, bob, a, b, idle, text } = await scene();
    world.send(a, bait);
    await idle();
    const [mine, theirs] = [edits(LARGE, 3, 77), edits(LARGE, 3, 78)];
    world.send(a, mine[0]!);
    world.send(b, theirs[0]!, poison[0]!, theirs[1]!);
    world.send(a, mine[1]!);
    await settle();
    world.send(a, mine[2]!);
    world.send(b, poison[1]!, theirs[2]!);
    await until(() => bob.connection.acknowledgements.pending === 0, 'all of bob is settled');
    await idle();
    await settle();
    expect([a.refused.length, b.refused.map(({ kind }) => kind)]).toEqual([0, ['invalid', 'invalid']]);
    expect(alice.acknowledgedUpdates).toEqual([bait, ...mine]);
    expect(bob.acknowledgedUpdates).toEqual(theirs);
    expect(await text()).toBe(textOf(LARGE, bait, ...mine, ...theirs));
    expect(textOf(...(await world.stored()))).toBe(textOf(LARGE, bait, ...mine, ...theirs));
    expect([host.size, a.ended, b.ended]).toEqual([1, [], []]);
  });

  it('[ROOM19] a thread that dies with edits under way loses none, and nobody notices', async () => {
    const { world, host, alice, bob, a, b, room, idle, text } = await scene();
    const [mine, theirs] = [edits(LARGE, 6, 77), edits(LARGE, 6, 78)];
    world.send(a, ...mine.slice(0, 2));
    await idle();
    host.hold();
    world.send(a, ...mine.slice(2, 4));
    world.send(b, ...theirs.slice(0, 3));
    await until(() => host.waiting > 0, 'they are on their way');
    world.send(b, ...theirs.slice(3));
    host.die();
    world.send(a, ...mine.slice(4));
    await until(() => bob.connection.acknowledgements.pending === 0, 'all of bob is acknowledged');
    await idle();
    expect(alice.acknowledgedUpdates).toEqual(mine);
    expect(bob.acknowledgedUpdates).toEqual(theirs);
    expect(await text()).toBe(textOf(LARGE, ...mine, ...theirs));
    expect([room.sequence, (await world.stored()).length]).toEqual([13, 13]);
    expect([a.ended, a.refused, b.ended, b.refused, host.size]).toEqual([[], [], [], [], 1]);
  });

  it('[ROOM18] [READ3] a reader may send what it knows, and nothing else; also after the thread died', async () => {
    const { world, host, a, idle } = await scene();
    const mine = edits(LARGE, 20);
    world.send(a, ...mine);
    await idle();
    const carol = world.client('carol', () => 'read');
    const { member } = await carol.join();
    const known = new Y.Doc();
    for (const update of [LARGE, ...mine.slice(0, 15)]) Y.applyUpdate(known, update);
    const deletes = Y.encodeStateAsUpdate(known, Y.encodeStateVector(known));
    const send = (update: Uint8Array) => world.collaboration.handleDocumentUpdate(member, update);
    await send(deletes);
    await send(Y.encodeStateAsUpdate(known));
    await expect(send(insertion('new'))).rejects.toMatchObject({ kind: 'forbidden' });
    host.die();
    await expect(send(deletes)).rejects.toMatchObject({ kind: 'unavailable' });
    await send(deletes);
    await until(() => carol.acknowledged.length === 3, 'all that is known is acknowledged');
    expect([member.room.sequence, host.size]).toEqual([21, 1]);
  });

  it('[ROOM19] one that dies when nothing is under way is replaced for the next edit', async () => {
    const { world, host, a, idle, text } = await scene();
    const mine = edits(LARGE, 2);
    world.send(a, mine[0]!);
    await idle();
    host.die();
    await settle();
    world.send(a, mine[1]!);
    await idle();
    expect(await text()).toBe(textOf(LARGE, ...mine));
    expect([host.size, a.ended]).toEqual([1, []]);
  });

  it('[ROOM19] one that dies once more ends the sessions; what was acknowledged is there afterwards', async () => {
    const { world, host, alice, bob, a, b, idle } = await scene();
    const mine = edits(LARGE, 3);
    world.send(a, mine[0]!);
    await idle();
    host.hold();
    world.send(b, mine[1]!);
    await until(() => host.waiting > 0, 'it is on its way');
    host.die();
    host.hold();
    await until(() => host.waiting > 0, 'the document is opened again');
    host.die();
    await until(() => a.ended.length + b.ended.length === 2, 'the sessions end');
    expect([...a.ended, ...b.ended].map(({ kind }) => kind)).toEqual(['unavailable', 'unavailable']);
    expect([alice, bob].map(({ acknowledged }) => acknowledged.length)).toEqual([1, 0]);
    expect(bob.connection.acknowledgements.pending).toBe(0);
    const again = world.client('again');
    const session = await again.join();
    world.send(session, ...mine);
    await until(() => again.acknowledged.length === 3, 'what came again is acknowledged');
    expect(textOf(await session.member.room.missingUpdates(NOTHING))).toBe(textOf(LARGE, ...mine));
    expect([(await world.stored()).length, host.size]).toEqual([4, 1]);
  });

  it('[ROOM19] [ROOM9] a store that fails while edits are under way: nothing is acknowledged that is not stored', async () => {
    const { world, host, alice, a } = await scene({ STORE_RETRY_MS: '1' });
    const mine = edits(LARGE, 4);
    world.log.sabotage({ method: 'append', nth: 'all' });
    world.send(a, mine[0]!);
    await until(() => host.applied.length > 0, 'the first is integrated');
    host.hold();
    world.send(a, mine[1]!, mine[2]!);
    await settle();
    for (let round = 0; round < 5; round++) {
      world.clock.advance(5_000);
      await settle();
    }
    host.letGo();
    await until(() => a.ended.length > 0, 'the session ends');
    await settle();
    expect([alice.acknowledged, alice.connection.acknowledgements.pending]).toEqual([[], 0]);
    expect([(await world.stored()).length, host.size]).toEqual([1, 0]);
  });

  it('[ROOM20] [ROOM11] a snapshot of it holds what has a sequence number, and what is under way stays behind it', async () => {
    const { world, host, a, room, idle, text } = await scene({
      COMPACT_AFTER_UPDATES: '4',
      COMPACT_AFTER_BYTES: '1024',
    });
    const mine = edits(LARGE, 40);
    for (let at = 0; at < 40; at += 8) {
      world.send(a, ...mine.slice(at, at + 4));
      await settle();
      world.send(a, ...mine.slice(at + 4, at + 8));
      await settle();
    }
    await idle();
    // Whatever was folded, and when: each snapshot and the tail behind it are all there is, once.
    const { snapshot, tail = [], sequence } = (await world.store.load(DOC)) ?? {};
    expect([sequence, room.sequence]).toEqual([41, 41]);
    expect((snapshot?.sequence ?? 0) + tail.length).toBe(41);
    expect(textOf(...(await world.stored()))).toBe(textOf(LARGE, ...mine));
    expect(await text()).toBe(textOf(LARGE, ...mine));
    expect([host.size, a.ended]).toEqual([1, []]);
  });

  it('[ROOM20] [ROOM11] it is encoded where it is integrated, by no other thread and not read from the log', async () => {
    const { world, a, room, idle } = await scene();
    const mine = edits(LARGE, 5);
    world.send(a, ...mine);
    await idle();
    const loads = world.log.calls('load');
    const nobody = {
      merge: () => Promise.reject(new Error('not asked')),
      diff: () => Promise.reject(new Error()),
      close: async () => {},
    };
    const snapshot = await room.snapshot(nobody);
    expect(snapshot?.sequence).toBe(6);
    expect(textOf(snapshot?.update ?? NOTHING)).toBe(textOf(LARGE, ...mine));
    expect(world.log.calls('load')).toBe(loads);
    const parts = await room.missingParts(NOTHING);
    expect([parts.length, parts[0] === snapshot?.update]).toEqual([1, true]);
  });

  it('[ROOM20] [ROOM19] a compaction in the middle of which the thread dies leaves everything as it was', async () => {
    const { world, host, a, room, idle, text } = await scene();
    const mine = edits(LARGE, 5);
    world.send(a, ...mine.slice(0, 4));
    await idle();
    host.hold();
    const snapshot = room.snapshot({
      merge: () => Promise.reject(new Error()),
      diff: () => Promise.reject(new Error()),
      close: async () => {},
    });
    await until(() => host.waiting > 0, 'it is encoded');
    host.die();
    await expect(snapshot).rejects.toMatchObject({ kind: 'unavailable' });
    world.send(a, mine[4]!);
    await idle();
    expect(await text()).toBe(textOf(LARGE, ...mine));
  });

  it('[ROOM18] [ROOM16] is let go of there too when nobody uses it, and taken up again for the next edit', async () => {
    const { world, host, alice, a, room, idle, text } = await scene();
    const mine = edits(LARGE, 3);
    world.send(a, mine[0]!);
    await idle();
    const pass = (milliseconds: number) => {
      world.clock.advance(milliseconds);
      world.rooms.maintain(60_000);
    };
    pass(4_999);
    expect(host.size).toBe(1);
    pass(5_000);
    expect(host.size).toBe(0);
    world.send(a, mine[1]!);
    world.send(a, mine[2]!);
    await idle();
    expect([host.size, room.sequence]).toEqual([1, 4]);
    expect(alice.acknowledgedUpdates).toEqual(mine);
    expect(await text()).toBe(textOf(LARGE, ...mine));
  });

  it('[ROOM18] [ROOM8] a room that is closed while its document is opened there leaves nothing there', async () => {
    const { world, host, alice, bob, a, b } = await scene();
    host.hold();
    world.send(a, edits(LARGE, 1)[0]!);
    await until(() => host.waiting > 0, 'the document is opened');
    a.member.room.close();
    host.letGo();
    await settle();
    expect([host.size, alice.acknowledged, bob.acknowledged, b.ended]).toEqual([0, [], [], []]);
  });

  it('[ROOM18] [ROOM13] what is under way when the server stops is integrated and stored', async () => {
    const { world, host, alice, a } = await scene();
    const mine = edits(LARGE, 4);
    host.hold();
    world.send(a, ...mine.slice(0, 2));
    await until(() => host.waiting > 0, 'the document is opened');
    world.send(a, ...mine.slice(2));
    const closed = world.rooms.close();
    host.letGo();
    await closed;
    expect(alice.acknowledgedUpdates).toEqual(mine);
    expect((await world.stored()).length).toBe(5);
  });

  it('[ROOM18] an update too large for the event loop is integrated there, whatever the document was before', async () => {
    const { world, host, alice, a, room, text } = await scene({}, SMALL);
    world.send(a, LARGE, insertion(' more', 9));
    await until(() => alice.acknowledged.length === 2, 'both are acknowledged');
    expect([room.document.isHosted, host.size]).toEqual([true, 1]);
    expect(await text()).toBe(textOf(SMALL, LARGE, insertion(' more', 9)));
  });

  it('[ROOM18] a document that grows large moves there, in the middle of what is sent', async () => {
    const { world, host, alice, a, room, text } = await scene({}, SMALL);
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    for (let piece = 0; piece < 30; piece++) {
      doc.transact(() => {
        // Each in front of the one before it: as many items as there are insertions.
        for (let at = 0; at < 2_000; at++) doc.getText('t').insert(0, `${at % 10}`);
      });
    }
    for (const update of updates) {
      world.send(a, update);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => alice.acknowledged.length === updates.length, 'all are acknowledged');
    expect([room.document.isHosted, host.size]).toEqual([true, 1]);
    expect(await text()).toBe(textOf(SMALL, ...updates));
    expect(alice.acknowledgedUpdates).toEqual(updates);
  });
});

describe('Room: bursts', () => {
  it('[ROOM21] what is more than a burst is integrated in several, in order, with turns for others in between', async () => {
    const { world, alice, a, b, room } = await scene({}, SMALL);
    const mine = edits(SMALL, 2_500);
    world.send(a, ...mine);
    await new Promise((resolve) => setImmediate(resolve));
    expect(room.sequence).toBe(1 + 1000);
    await until(() => alice.acknowledged.length === 2_500, 'all are acknowledged');
    expect(alice.acknowledgedUpdates).toEqual(mine);
    expect(b.updates.map(({ update }) => update)).toEqual(mine);
  });
});
