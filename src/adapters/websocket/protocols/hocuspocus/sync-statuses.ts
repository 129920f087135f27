import { REFUSED, type Ticket } from '../../../../application/connection/acknowledgements.ts';
import { concatFrames } from '../../framing.ts';
import type { NamedFrames } from './hocuspocus-codec.ts';

/** Who wanted the client's step 2: its own step 1, whose answer it counts as unsaved, or the server. */
type Asker = 'client' | 'server';

/** A client that never answers a step 1 is no longer believed to. */
const MAX_ASKED = 1_000;

/**
 * A SyncStatus for each step 2 and each update of a session. A provider counts what it has not saved: its updates, and
 * the answer to its own step 1. It does not count a step 2 that the server asked for, for a gap; the status of that one
 * would make it believe that a later update is saved. So one is kept back as long as anything else waits.
 */
export class SyncStatuses {
  readonly #saved: Uint8Array;
  readonly #refused: Uint8Array;
  readonly #asked: Asker[] = [];
  /** Step 2 messages that no provider counts, and for which no status was kept back yet. */
  #uncounted = 0;
  #keptBack = 0;

  constructor(frames: NamedFrames) {
    this.#saved = frames.status('saved');
    this.#refused = frames.status('refused');
  }

  /** A step 1 goes out. */
  asked(asker: Asker): void {
    if (this.#asked.length < MAX_ASKED) this.#asked.push(asker);
  }

  /** A step 2 came in. */
  answered(): void {
    if (this.#asked.shift() === 'server') this.#uncounted++;
  }

  /**
   * Frames for updates that were taken and are durable, or refused, in their order.
   * @param pending updates of the session that still wait
   */
  framesOf(settled: readonly Ticket[], pending: number): Buffer {
    const statuses: Uint8Array[] = [];
    for (const { position } of settled) {
      if (position === REFUSED) statuses.push(this.#refused);
      else if (pending > 0 && this.#uncounted > 0) this.#keepBack();
      else statuses.push(this.#saved);
    }
    if (pending === 0) this.#release(statuses);
    return concatFrames(statuses, 'binary');
  }

  #keepBack(): void {
    this.#uncounted--;
    this.#keptBack++;
  }

  #release(statuses: Uint8Array[]): void {
    for (; this.#keptBack > 0; this.#keptBack--) statuses.push(this.#saved);
    this.#uncounted = 0;
  }
}
