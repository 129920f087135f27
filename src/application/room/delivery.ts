import type { CollaborationEvent } from '../../domain/events.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Members } from './members.ts';
import { RoomBatch } from './room-batch.ts';
import type { RoomMember } from './room-member.ts';

/** From so many sessions on, a write to each of them costs more than all else that an update costs. */
const CROWD = 32;
/** So many events share a write well enough already. */
const ENOUGH = 16;

/**
 * What a room has to tell, in batches: at the end of each tick. In a crowd under load, an update waits for the next one, at
 * most a window long, so that they share a write to everyone; and deliveries keep half a window apart, or as long as one
 * takes, so that they take no more than half of the time. Many that come in one tick share it already and go at once,
 * unless the room is so large that a delivery takes longer than a window.
 */
export class Delivery {
  readonly #members: Members;
  readonly #clock: Clock;
  readonly #window: number;
  #batch = new RoomBatch();
  #last = 0;
  /** Milliseconds that the last delivery took. */
  #cost = 0;
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
    if (this.#batch.isEmpty) return;
    if (this.#isDue()) this.#deliver();
    else this.#timer ??= this.#clock.after(Math.max(this.#window, 2 * this.#cost), () => this.#deliver());
  }

  stop(): void {
    this.#timer?.stop();
  }

  #isDue(): boolean {
    if (this.#members.size < CROWD) return true;
    const sinceLast = this.#clock.now() - this.#last;
    // Two windows of silence: there is nothing to share a write with. Negative: the machine's clock was set back.
    if (sinceLast >= 2 * Math.max(this.#window, this.#cost) || sinceLast < 0) return true;
    if (this.#batch.size >= ENOUGH && this.#cost <= this.#window) return true;
    return this.#batch.size > 1 && sinceLast >= Math.max(this.#window / 2, 2 * this.#cost);
  }

  #deliver(): void {
    this.#timer?.stop();
    this.#timer = undefined;
    this.#last = this.#clock.now();
    const batch = this.#batch;
    this.#batch = new RoomBatch();
    const started = performance.now();
    this.#members.deliver(batch);
    this.#cost = performance.now() - started;
  }
}
