import { type Awareness, applyAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';

interface Change {
  readonly added: readonly number[];
  readonly updated: readonly number[];
  readonly removed: readonly number[];
}

/** What clients show of themselves: this one's state on its way to the others, and theirs. */
export class Presence {
  readonly #awareness: Awareness;
  readonly #send: () => void;

  /** @param send sends the client's own state as it is */
  constructor(awareness: Awareness, send: () => void) {
    this.#awareness = awareness;
    this.#send = send;
    awareness.on('update', this.#onUpdate);
  }

  destroy(): void {
    this.#awareness.off('update', this.#onUpdate);
  }

  /** @param update y-protocols awareness update from the server */
  receive(update: Uint8Array): void {
    applyAwarenessUpdate(this.#awareness, update, this);
  }

  /**
   * Sends the own state on a new connection, with a new clock: the others have seen it end with the last one, and would
   * pass over an old clock.
   */
  renew(): void {
    const state = this.#awareness.getLocalState();
    if (state !== null) this.#awareness.setLocalState(state);
  }

  /** Their clocks too: the server will show the same states again, and would not be believed. */
  forgetOthers(): void {
    const { states, meta, clientID } = this.#awareness;
    const others = (map: ReadonlyMap<number, unknown>) => [...map.keys()].filter((client) => client !== clientID);
    removeAwarenessStates(this.#awareness, others(states), this);
    for (const client of others(meta)) meta.delete(client);
  }

  /** Only the own state is sent: the server knows of the others, and when they are gone. */
  readonly #onUpdate = ({ added, updated, removed }: Change, origin: unknown): void => {
    const own = this.#awareness.clientID;
    if (origin !== this && [added, updated, removed].some((clients) => clients.includes(own))) this.#send();
  };
}
