import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AcknowledgementQueue,
  REFUSED,
  type Ticket,
  WAITING,
} from '../../src/application/connection/acknowledgements.ts';

const UPDATE = Uint8Array.of(0, 0);

function queueOf(count: number) {
  const calls: string[][] = [];
  const queue = new AcknowledgementQueue((tickets) => calls.push(tickets.map(({ clientId }) => clientId)));
  const tickets = Array.from({ length: count }, (_, at) => queue.open('doc', String(at), UPDATE));
  const at = (index: number, position: number) => {
    tickets[index]!.position = position;
  };
  return { queue, tickets, calls, at, acknowledged: () => calls.flat() };
}

describe('AcknowledgementQueue', () => {
  it('[ROOM1] nothing is acknowledged before its position is durable', () => {
    const { queue, calls, at } = queueOf(1);
    queue.release(10);
    at(0, 11);
    queue.release(10);
    expect(calls).toEqual([]);
    queue.release(11);
    queue.release(11);
    expect(calls).toEqual([['0']]);
  });

  it('[ROOM2] one commit acknowledges in the order of arrival, in one call', () => {
    const { queue, calls, at } = queueOf(3);
    [at(2, 1), at(0, 2), at(1, 3)];
    queue.release(1);
    expect(calls).toEqual([]);
    queue.release(3);
    expect(calls).toEqual([['0', '1', '2']]);
    expect(queue.pending).toBe(0);
  });

  it('[ROOM2] a gap at the head holds back those behind it until it is refused', () => {
    const { queue, tickets, calls, at } = queueOf(3);
    [at(1, 1), at(2, 2)];
    queue.release(2);
    expect(calls).toEqual([]);
    queue.refuse(tickets[0]!);
    expect(calls).toEqual([['1', '2']]);
  });

  it('[ROOM2] a refusal in the middle is left out', () => {
    const { queue, tickets, calls, at } = queueOf(3);
    queue.refuse(tickets[1]!);
    [at(0, 1), at(2, 2)];
    queue.release(1);
    expect(calls).toEqual([['0']]);
    queue.release(2);
    expect(calls).toEqual([['0'], ['2']]);
  });

  it('[ROOM9] what is behind the durable position when the log is given up is refused; what waits still may come', () => {
    const { queue, tickets, calls, at } = queueOf(4);
    [at(0, 1), at(1, 2), at(3, 3)];
    queue.refuseBehind(1);
    expect(calls).toEqual([['0']]);
    expect(tickets.map(({ position }) => position)).toEqual([1, REFUSED, WAITING, REFUSED]);
    at(2, 4);
    queue.release(4);
    expect(calls).toEqual([['0'], ['2']]);
    expect(queue.pending).toBe(0);
  });

  it('[ROOM1] [ROOM2] whatever happens in whatever order, each ticket has one outcome and the order holds', () => {
    const action = fc.record({
      kind: fc.constantFrom('open', 'place', 'refuse', 'commit', 'give up'),
      pick: fc.nat(1_000),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
        const acknowledged: Ticket[] = [];
        const queue = new AcknowledgementQueue((tickets) => acknowledged.push(...tickets));
        const opened: Ticket[] = [];
        let position = 0;
        let durable = 0;
        for (const { kind, pick } of actions) {
          const waiting = opened.filter((ticket) => ticket.position === WAITING);
          const one = waiting[pick % Math.max(waiting.length, 1)];
          if (kind === 'open') opened.push(queue.open('doc', String(opened.length), UPDATE));
          if (kind === 'place' && one !== undefined) one.position = ++position;
          if (kind === 'refuse' && one !== undefined) queue.refuse(one);
          if (kind === 'commit') {
            durable = Math.max(durable, position - (pick % 3));
            queue.release(durable);
          }
          if (kind === 'give up') queue.refuseBehind(durable);
          for (const ticket of acknowledged) expect(ticket.position).toBeLessThanOrEqual(durable);
        }
        for (const ticket of opened) if (ticket.position === WAITING) ticket.position = ++position;
        queue.release(position);
        expect(acknowledged).toEqual(opened.filter((ticket) => ticket.position !== REFUSED));
        expect(queue.pending).toBe(0);
      }),
    );
  });
});
