import { describe, expect, it } from 'vitest';
import { AcknowledgementQueue, REFUSED, WAITING } from '../../src/application/connection/acknowledgements.ts';
import { GapBox } from '../../src/application/room/gap-box.ts';
import type { RoomMember } from '../../src/application/room/room-member.ts';
import type { Submission } from '../../src/application/room/submission.ts';
import { FakeSession } from '../support/world.ts';

const LIMITS = { maxGapUpdates: 2, maxGapBytes: 10, gapTimeout: 100 };
const SCAN = { structs: [], deletes: 0, deletesAt: 0, size: 0 };

function sender() {
  const sink = new FakeSession();
  const queue = new AcknowledgementQueue(() => undefined);
  const member = { sink } as unknown as RoomMember;
  const submit = (bytes = 3): Submission => {
    const update = new Uint8Array(bytes);
    return { member, ticket: queue.open('doc', 'c', update), update, scan: SCAN };
  };
  return { sink, queue, member, submit };
}

const needs = (client: number, clock: number) => new Map([[client, clock]]);

describe('GapBox', () => {
  it('[ROOM5] keeps an update until a clock it waits for is passed', () => {
    const box = new GapBox(LIMITS);
    const { submit, sink } = sender();
    const update = submit();
    expect(box.add(update, new Map([...needs(1, 5), ...needs(2, 7)]), 0)).toBe('new');
    const state = (one: number, two: number) => (client: number) => (client === 1 ? one : two);
    expect(box.takeReady(state(5, 7))).toEqual([]);
    expect(box.takeReady(state(5, 8))).toEqual([update]);
    expect([box.size, sink.refused.length]).toEqual([0, 0]);
  });

  it('[ROOM5] an update that comes back is not new, and keeps its age', () => {
    const box = new GapBox(LIMITS);
    const { submit, sink, queue } = sender();
    const update = submit();
    box.add(update, needs(1, 5), 0);
    box.takeReady(() => 6);
    expect(box.add(update, needs(1, 9), 80)).toBe('again');
    box.expire(100);
    expect(box.size).toBe(1);
    box.expire(101);
    expect([box.size, queue.pending]).toEqual([0, 0]);
    expect(sink.refused.map(({ kind }) => kind)).toEqual(['invalid']);
  });

  it('[ROOM5] too many updates are refused, with their tickets', () => {
    const box = new GapBox(LIMITS);
    const { submit, sink, queue } = sender();
    const updates = [submit(1), submit(1), submit(1)];
    expect(updates.map((each) => box.add(each, needs(1, 5), 0))).toEqual(['new', 'new', 'refused']);
    expect(updates.map(({ ticket }) => ticket.position)).toEqual([WAITING, WAITING, REFUSED]);
    expect([box.size, queue.pending, sink.refused.length]).toEqual([2, 3, 1]);
  });

  it('[ROOM5] too many bytes are refused; room that was given back can be used', () => {
    const box = new GapBox(LIMITS);
    const { submit } = sender();
    box.add(submit(8), needs(1, 5), 0);
    expect(box.add(submit(3), needs(2, 5), 0)).toBe('refused');
    expect(box.add(submit(2), needs(2, 5), 0)).toBe('new');
    box.takeReady((client) => (client === 1 ? 6 : 0));
    expect(box.add(submit(8), needs(1, 5), 0)).toBe('new');
    box.expire(200);
    expect(box.add(submit(10), needs(1, 5), 0)).toBe('new');
  });

  it('[ROOM5] who leaves takes its updates along', () => {
    const box = new GapBox({ ...LIMITS, maxGapUpdates: 9 });
    const [one, two] = [sender(), sender()];
    for (const each of [one, two, one]) box.add(each.submit(), needs(1, 5), 0);
    box.removeMember(one.member);
    expect([box.size, one.queue.pending, two.queue.pending]).toEqual([1, 0, 1]);
    expect([one.sink.refused.length, two.sink.refused.length]).toEqual([2, 0]);
  });

  it('[ROOM9] a room that closes lets go of all of them, and tells nobody twice', () => {
    const box = new GapBox(LIMITS);
    const { submit, sink, queue } = sender();
    box.add(submit(), needs(1, 5), 0);
    box.abandonAll();
    expect([box.size, queue.pending, sink.refused.length]).toEqual([0, 0, 0]);
  });
});
