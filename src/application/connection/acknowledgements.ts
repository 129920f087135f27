/** An update that waits for its acknowledgement. */
export interface Ticket {
  readonly queue: AcknowledgementQueue;
  /** The client's name for the session, which an acknowledgement repeats. */
  readonly documentId: string;
  readonly clientId: string;
  /** The update as it came in. */
  readonly update: Uint8Array;
  /** The sequence number it was stored under, or of the newest update where it added nothing. */
  sequence: number;
  /** Journal position whose commit makes it durable; `WAITING` until it is integrated, `REFUSED` if it never will be. */
  position: number;
}

export const WAITING = Number.POSITIVE_INFINITY;
export const REFUSED = -1;

/** `taken`: those that are durable; `settled`: also those that were refused, in their turn. */
type Wanted = 'taken' | 'settled';

/**
 * The updates of one connection that are not acknowledged yet, oldest first. Exactly one acknowledgement for each, in
 * their order, across all documents of the connection.
 */
export class AcknowledgementQueue {
  readonly #acknowledge: (tickets: readonly Ticket[]) => void;
  readonly #wanted: Wanted;
  #tickets: Ticket[] = [];
  #durable = 0;

  /** @param wanted what `acknowledge` is told of */
  constructor(acknowledge: (tickets: readonly Ticket[]) => void, wanted: Wanted = 'taken') {
    this.#acknowledge = acknowledge;
    this.#wanted = wanted;
  }

  open(documentId: string, clientId: string, update: Uint8Array): Ticket {
    const ticket: Ticket = { queue: this, documentId, clientId, update, sequence: 0, position: WAITING };
    this.#tickets.push(ticket);
    return ticket;
  }

  get pending(): number {
    return this.#tickets.length;
  }

  /** Nothing of it has to be on disk: it leaves when those before it have left. */
  pass(ticket: Ticket): void {
    ticket.position = 0;
    this.release(this.#durable);
  }

  /** The update will never be taken; its sender was told. Those behind it wait for it no longer. */
  refuse(ticket: Ticket): void {
    ticket.position = REFUSED;
    this.release(this.#durable);
  }

  /** Whatever has a position behind `durable` will never be on disk: it is not acknowledged. */
  refuseBehind(durable: number): void {
    for (const ticket of this.#tickets) {
      if (ticket.position > durable && ticket.position !== WAITING) ticket.position = REFUSED;
    }
    this.release(durable);
  }

  /** What waits for one of these positions will never be on disk. */
  refuseAt(positions: ReadonlySet<number>): void {
    for (const ticket of this.#tickets) {
      if (positions.has(ticket.position)) ticket.position = REFUSED;
    }
    this.release(this.#durable);
  }

  /** Acknowledges from the front, as far as the journal is on disk. */
  release(durablePosition: number): void {
    this.#durable = durablePosition;
    let count = 0;
    for (const ticket of this.#tickets) {
      if (ticket.position > durablePosition) break;
      count++;
    }
    if (count === 0) return;
    const settled = this.#tickets.slice(0, count);
    this.#tickets = this.#tickets.slice(count);
    const wanted = this.#wanted === 'settled' ? settled : settled.filter(isTaken);
    if (wanted.length > 0) this.#acknowledge(wanted);
  }
}

export function isTaken({ position }: Ticket): boolean {
  return position !== REFUSED;
}
