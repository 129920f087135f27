import type { CollaborationEvent } from '../../domain/events.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Members } from './members.ts';
import { RoomBatch } from './room-batch.ts';
import type { RoomMember } from './room-member.ts';

/** From so many sessions on, a write to each of them costs more than all else that an update costs. */
const CROWD = 32;

/**
 * What a room has to tell, in batches: at the end of each tick, and in a crowd no more often than once a window, so that
 * under load several updates share a write to everyone.
 */
export class Delivery {
  readonly #members: Members;
  readonly #clock: Clock;
  readonly #window: number;
  #batch = new RoomBatch();
  #last = 0;
  #timer: Timer | undefined;

  /** @param window milliseconds; nobody waits longer */
  constructor(members: Members, clock: Clock, window: number) {
    this.#members = members;
    this.#clock = clock;
    this.#window = window;
  }

  add(event: CollaborationEvent, origin: RoomMember | undefined): void {
    this.#batch.add(event, origin);
  }

  endOfTick(): void {
    if (this.#batch.isEmpty || this.#timer !== undefined) return;
    const rest = this.#members.size < CROWD ? 0 : this.#last + this.#window - this.#clock.now();
    // More than the window: the machine's clock was set back.
    if (rest <= 0 || rest > this.#window) this.#deliver();
    else this.#timer = this.#clock.after(rest, () => this.#deliver());
  }

  stop(): void {
    this.#timer?.stop();
  }

  #deliver(): void {
    this.#timer = undefined;
    this.#last = this.#clock.now();
    const batch = this.#batch;
    this.#batch = new RoomBatch();
    this.#members.deliver(batch);
  }
}
