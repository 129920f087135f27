import { CollaborationError } from '../../domain/errors.ts';
import type { RoomMember } from './room-member.ts';
import { abandon, type Submission } from './submission.ts';

export interface GapLimits {
  readonly maxGapUpdates: number;
  readonly maxGapBytes: number;
  /** Milliseconds. */
  readonly gapTimeout: number;
}

interface Waiting {
  readonly submission: Submission;
  /** Yjs clientID → the clock that must be passed before another try can get further. */
  readonly missing: ReadonlyMap<number, number>;
  readonly since: number;
}

/**
 * Updates whose predecessors are missing, outside of the document: inside, they would go off when a stranger's honest
 * update fills the gap.
 */
export class GapBox {
  readonly #limits: GapLimits;
  readonly #since = new WeakMap<Submission, number>();
  #waiting: Waiting[] = [];
  #bytes = 0;

  constructor(limits: GapLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /**
   * Keeps an update, or refuses it where there is no room.
   * @returns `new` when it is here for the first time: its sender should be asked for what is missing.
   */
  add(submission: Submission, missing: ReadonlyMap<number, number>, now: number): 'new' | 'again' | 'refused' {
    const known = this.#since.get(submission);
    const since = known ?? now;
    const bytes = this.#bytes + submission.update.byteLength;
    if (this.#waiting.length >= this.#limits.maxGapUpdates || bytes > this.#limits.maxGapBytes) {
      refuse(submission, 'Updates that this one needs are missing, and too many updates wait already.');
      return 'refused';
    }
    this.#since.set(submission, since);
    this.#waiting.push({ submission, missing, since });
    this.#bytes = bytes;
    return known === undefined ? 'new' : 'again';
  }

  /** Takes out what may get further, now that the document has learned something. */
  takeReady(stateOf: (client: number) => number): readonly Submission[] {
    return this.#takeOut(({ missing }) => {
      for (const [client, clock] of missing) if (clock < stateOf(client)) return true;
      return false;
    });
  }

  /** Refuses what has waited too long. */
  expire(now: number): void {
    for (const late of this.#takeOut(({ since }) => now - since > this.#limits.gapTimeout)) {
      refuse(late, 'Updates that this one needs never came.');
    }
  }

  removeMember(member: RoomMember): void {
    for (const gone of this.#takeOut(({ submission }) => submission.member === member)) {
      refuse(gone, 'Updates that this one needs never came.');
    }
  }

  /** The room is closed. */
  abandonAll(): void {
    this.#takeOut(() => true).forEach(abandon);
  }

  #takeOut(which: (waiting: Waiting) => boolean): readonly Submission[] {
    if (this.#waiting.length === 0) return [];
    const taken = this.#waiting.filter(which);
    if (taken.length === 0) return [];
    const gone = new Set(taken);
    this.#waiting = this.#waiting.filter((each) => !gone.has(each));
    for (const { submission } of taken) this.#bytes -= submission.update.byteLength;
    return taken.map(({ submission }) => submission);
  }
}

function refuse({ member, ticket }: Submission, why: string): void {
  // First the refusal: it lets the acknowledgements behind it go, and all of them leave in order.
  member.sink.refuse(new CollaborationError('invalid', why));
  ticket.queue.refuse(ticket);
}
