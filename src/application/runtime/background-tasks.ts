import type { Collaboration } from '../collaboration.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Rooms } from '../room/rooms.ts';
import type { Part } from './lifecycle.ts';

/** Milliseconds. */
interface Timing {
  readonly sessionTimeout: number;
  readonly roomIdle: number;
}

/** y-protocols clients renew their awareness every 15 s and drop what is older than 30 s. */
const PRESENCE_RENEWAL = 15_000;

/** What runs from time to time: sessions that expire, rooms that are idle, presence that must be renewed. */
export class BackgroundTasks implements Part {
  readonly name = 'background tasks';
  readonly #collaboration: Collaboration;
  readonly #rooms: Rooms;
  readonly #clock: Clock;
  readonly #timing: Timing;
  #timers: readonly Timer[] = [];

  constructor(collaboration: Collaboration, rooms: Rooms, clock: Clock, timing: Timing) {
    this.#collaboration = collaboration;
    this.#rooms = rooms;
    this.#clock = clock;
    this.#timing = timing;
  }

  start(): Promise<void> {
    const { sessionTimeout, roomIdle } = this.#timing;
    this.#timers = [
      this.#clock.every(period(sessionTimeout), () => this.#collaboration.cleanupExpiredSessions(sessionTimeout)),
      this.#clock.every(period(roomIdle), () => this.#rooms.maintain(roomIdle)),
      this.#clock.every(PRESENCE_RENEWAL, () => this.#rooms.renewPresence()),
    ];
    return Promise.resolve();
  }

  stop(): Promise<void> {
    for (const timer of this.#timers) timer.stop();
    return Promise.resolve();
  }
}

/** Often enough that a timeout is met within a tenth of it, seldom enough to cost nothing. */
function period(timeout: number): number {
  return Math.min(Math.max(timeout / 10, 10), 5_000);
}
