import type { Collaboration } from '../collaboration.ts';
import type { Expiries } from '../connection/expiries.ts';
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

/** A token that has expired ends its connection so soon. */
const TOKEN_SWEEP = 1_000;

interface Services {
  readonly collaboration: Collaboration;
  readonly rooms: Rooms;
  readonly expiries: Expiries;
  readonly clock: Clock;
}

/** What runs from time to time: sessions and tokens that expire, rooms that are idle, presence that must be renewed. */
export class BackgroundTasks implements Part {
  readonly name = 'background tasks';
  readonly #services: Services;
  readonly #timing: Timing;
  #timers: readonly Timer[] = [];

  constructor(services: Services, timing: Timing) {
    this.#services = services;
    this.#timing = timing;
  }

  start(): Promise<void> {
    const { sessionTimeout, roomIdle } = this.#timing;
    const { collaboration, rooms, expiries, clock } = this.#services;
    this.#timers = [
      clock.every(period(sessionTimeout), () => collaboration.cleanupExpiredSessions(sessionTimeout)),
      clock.every(period(roomIdle), () => rooms.maintain(roomIdle)),
      clock.every(PRESENCE_RENEWAL, () => rooms.renewPresence()),
      clock.every(TOKEN_SWEEP, () => expiries.sweep(clock.now())),
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
