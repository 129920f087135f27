import { describe, expect, it } from 'vitest';
import { Delivery } from '../../src/application/room/delivery.ts';
import type { Members } from '../../src/application/room/members.ts';
import type { CollaborationEvent } from '../../src/domain/events.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** As a delivery to a very large crowd is. */
function busyFor(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

function scene(sessions: number, work = () => {}) {
  const clock = new ManualClock();
  let delivered = 0;
  const deliver = () => {
    work();
    delivered++;
  };
  const members = { size: sessions, deliver } as unknown as Members;
  const delivery = new Delivery(members, clock, 5);
  const tick = () => {
    delivery.add({} as CollaborationEvent, undefined);
    delivery.endOfTick();
    return delivered;
  };
  return { clock, delivery, tick, delivered: () => delivered };
}

describe('Delivery', () => {
  it('[ROOM14] a crowd hears of a lone update at once, and of the next two together', () => {
    const { clock, tick, delivered } = scene(32);
    expect(tick()).toBe(1);
    clock.advance(3);
    expect(tick()).toBe(1);
    clock.advance(1);
    expect(tick()).toBe(2);
    clock.advance(2);
    expect(tick()).toBe(2);
    clock.advance(4);
    expect(delivered()).toBe(2);
    clock.advance(1);
    expect(delivered()).toBe(3);
    clock.advance(10);
    expect([delivered(), tick()]).toEqual([3, 4]);
  });

  it('[ROOM14] what comes in quick succession waits for half of a window to have passed', () => {
    const { clock, tick, delivered } = scene(32);
    expect([tick(), tick(), tick()]).toEqual([1, 1, 1]);
    clock.advance(3);
    expect(tick()).toBe(2);
    clock.advance(20);
    expect(delivered()).toBe(2);
  });

  it('[ROOM14] many of one tick wait for nothing', () => {
    const { delivery, delivered } = scene(32);
    for (let round = 1; round <= 3; round++) {
      for (let event = 0; event < 16; event++) delivery.add({} as CollaborationEvent, undefined);
      delivery.endOfTick();
      expect(delivered()).toBe(round);
    }
  });

  it('[ROOM14] many of one tick wait for a delivery that takes longer than a window', () => {
    const { delivery, tick, delivered } = scene(32, () => busyFor(6));
    tick();
    for (let event = 0; event < 16; event++) delivery.add({} as CollaborationEvent, undefined);
    delivery.endOfTick();
    expect(delivered()).toBe(1);
  });

  it('[ROOM14] a few hear at the end of each tick', () => {
    const { tick } = scene(31);
    expect([tick(), tick(), tick()]).toEqual([1, 2, 3]);
  });

  it('[ROOM14] a clock that is set back holds nothing up', () => {
    const { clock, tick } = scene(32);
    expect(tick()).toBe(1);
    clock.now = () => -1_000_000;
    expect(tick()).toBe(2);
  });

  it('[ROOM14] a room that is closed delivers no more', () => {
    const { clock, delivery, tick, delivered } = scene(32);
    tick();
    tick();
    delivery.stop();
    clock.advance(5);
    expect(delivered()).toBe(1);
  });
});
