import * as Y from 'yjs';
import type { Addresses, DoorClient } from '../../support/doors/door.ts';
import { DOORS, type DoorName } from '../../support/doors/doors.ts';

/** Root types that all writers of a document edit. */
export const SHARED_TEXT = 'shared text';
export const SHARED_MAP = 'shared map';

const IN_FLIGHT = 64;
const PER_TURN = 4;
const LONGEST_SHARED_TEXT = 500;

/** `sending` counts an update as acknowledged too early: with it the test must fail. */
export type BelieveIn = 'acknowledgements' | 'sending';

interface Sent {
  readonly update: Uint8Array;
  /** The writer's Yjs clock behind this update. */
  readonly clock: number;
}

/** One client that edits as fast as the server acknowledges, and remembers what it was promised. */
export class Writer {
  readonly sent: Sent[] = [];
  /** How many of `sent`, from the first on, were acknowledged. */
  acknowledged = 0;
  /** What the server refused or said out of turn. */
  readonly complaints: string[] = [];
  readonly name: string;
  readonly #doc = new Y.Doc();
  readonly #random: (below: number) => number;
  readonly #believeIn: BelieveIn;
  #client: DoorClient | undefined;

  constructor(name: string, random: (below: number) => number, believeIn: BelieveIn) {
    this.name = name;
    this.#random = random;
    this.#believeIn = believeIn;
    this.#doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'server') this.#send(update);
    });
  }

  /** The Yjs clientID. */
  get clientId(): number {
    return this.#doc.clientID;
  }

  /** Everything that was heard is counted once it resolves. */
  get closed(): Promise<unknown> {
    return this.#client?.closed ?? Promise.resolve();
  }

  async open(door: DoorName, server: Addresses, documentId: string, onAcknowledged: () => void): Promise<void> {
    this.#client = await DOORS[door](server, documentId, {
      acknowledged: () => {
        if (this.#believeIn === 'sending') return;
        this.acknowledged++;
        if (this.acknowledged > this.sent.length) this.complaints.push('an acknowledgement too many');
        onAcknowledged();
      },
      learned: (update) => Y.applyUpdate(this.#doc, update, 'server'),
      refused: ({ message }) => this.complaints.push(`an update was refused: ${message}`),
    });
    Y.applyUpdate(this.#doc, this.#client.initial, 'server');
  }

  /** Some edits, as many as may be under way. Answers how many were sent. */
  write(): number {
    const free = IN_FLIGHT - (this.sent.length - this.acknowledged);
    const edits = this.#believeIn === 'sending' ? PER_TURN : Math.min(free, PER_TURN);
    for (let left = edits; left > 0; left--) this.#edit();
    return Math.max(edits, 0);
  }

  close(): void {
    this.#client?.close();
  }

  /** The content of the writer's own root type after its first `count` updates. */
  static ownText(count: number): string {
    return Array.from({ length: count }, (_, index) => `${index};`).join('');
  }

  /** Each edit is one update with at least one insertion, so that the clock tells whether it is there. */
  #edit(): void {
    this.#doc.transact(() => {
      const own = this.#doc.getText(this.name);
      own.insert(own.length, `${this.sent.length};`);
      if (this.#random(3) === 0) this.#editShared();
    });
  }

  /** Next to what others have written, which may not be on disk yet. */
  #editShared(): void {
    const text = this.#doc.getText(SHARED_TEXT);
    text.insert(this.#random(text.length + 1), String.fromCharCode(97 + this.#random(26)));
    if (text.length > LONGEST_SHARED_TEXT) text.delete(this.#random(text.length - 20), 20);
    this.#doc.getMap(SHARED_MAP).set(`key ${this.#random(8)}`, this.sent.length);
  }

  #send(update: Uint8Array): void {
    this.sent.push({ update, clock: Y.getState(this.#doc.store, this.#doc.clientID) });
    this.#client?.send(update);
    if (this.#believeIn === 'sending') this.acknowledged = this.sent.length;
  }
}
