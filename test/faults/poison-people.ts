import * as Y from 'yjs';
import { atEnd } from '../support/clean-up.ts';
import type { Addresses, DoorClient, Refusal } from '../support/doors/door.ts';
import { DOOR_NAMES, DOORS, type DoorName } from '../support/doors/doors.ts';

/** Where they all meet. */
export const DOCUMENT = 'poisoned/document';

export function sorted(updates: readonly Uint8Array[]): readonly string[] {
  return updates.map((update) => Buffer.from(update).toString('hex')).sort();
}

/** Hands out the nth event of a kind, past or to come. */
class Counted {
  #count = 0;
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  add(): void {
    this.#count++;
    for (const { count, resolve } of this.#waiting) if (count <= this.#count) resolve();
  }

  reached(count: number): Promise<void> {
    if (this.#count >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }
}

/** Listens and remembers every update that it is told of. */
export class Witness {
  readonly #heard: Uint8Array[] = [];
  readonly #count = new Counted();

  hear(update: Uint8Array): void {
    this.#heard.push(update);
    this.#count.add();
  }

  async heard(count: number): Promise<readonly string[]> {
    await this.#count.reached(count);
    return sorted(this.#heard);
  }
}

export function openWitnesses(server: Addresses): Promise<readonly Witness[]> {
  return Promise.all(
    DOOR_NAMES.map(async (door) => {
      const witness = new Witness();
      const client = await DOORS[door](server, DOCUMENT, { learned: (update) => witness.hear(update) });
      atEnd(() => client.close());
      return witness;
    }),
  );
}

/** Someone who edits. */
export class Editor {
  readonly doc = new Y.Doc();
  readonly refusals: Refusal[] = [];
  readonly #acknowledged = new Counted();
  #sent = 0;
  readonly #honest: Uint8Array[];
  #client: DoorClient | undefined;

  private constructor(honest: Uint8Array[]) {
    this.#honest = honest;
  }

  /** @param honest Gets every update that is sent. */
  static async open(server: Addresses, honest: Uint8Array[], door: DoorName): Promise<Editor> {
    const editor = new Editor(honest);
    editor.#client = await DOORS[door](server, DOCUMENT, {
      acknowledged: () => editor.#acknowledged.add(),
      learned: (update) => Y.applyUpdate(editor.doc, update),
      refused: (refusal) => editor.refusals.push(refusal),
    });
    Y.applyUpdate(editor.doc, editor.#client.initial);
    atEnd(() => editor.close());
    return editor;
  }

  get clock(): number {
    return Y.getState(this.doc.store, this.doc.clientID);
  }

  /** Resolves when it is acknowledged. */
  async type(text: string): Promise<void> {
    let update: Uint8Array = new Uint8Array();
    this.doc.once('update', (made: Uint8Array) => {
      update = made;
    });
    const target = this.doc.getText('text');
    target.insert(target.length, text);
    await this.send(update);
  }

  async send(update: Uint8Array): Promise<void> {
    this.#honest.push(update);
    this.#client?.send(update);
    await this.#acknowledged.reached(++this.#sent);
  }

  close(): void {
    this.#client?.close();
  }
}

/** Someone who sends what breaks. */
export class Attacker {
  readonly refusals: Refusal[] = [];
  acknowledged = 0;
  readonly #client: Promise<DoorClient>;
  readonly #questions = new Counted();
  #opened: DoorClient | undefined;
  readonly #waiting: (() => void)[] = [];

  private constructor(server: Addresses, door: DoorName) {
    this.#client = DOORS[door](server, DOCUMENT, {
      acknowledged: () => {
        this.acknowledged++;
      },
      asked: () => this.#questions.add(),
      refused: (refusal) => {
        this.refusals.push(refusal);
        for (const resolve of this.#waiting.splice(0)) resolve();
      },
    });
  }

  static async open(server: Addresses, door: DoorName): Promise<Attacker> {
    const attacker = new Attacker(server, door);
    const client = await attacker.#client;
    attacker.#opened = client;
    atEnd(() => client.close());
    return attacker;
  }

  get client(): DoorClient {
    if (this.#opened === undefined) throw new Error('Not open.');
    return this.#opened;
  }

  async refusal(at: number): Promise<Refusal> {
    for (;;) {
      const refusal = this.refusals[at];
      if (refusal !== undefined) return refusal;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** The nth time that the server asked for what an update lacks: it waits there. */
  question(at: number): Promise<void> {
    return this.#questions.reached(at + 1);
  }
}
