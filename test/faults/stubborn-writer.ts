import { expect } from 'vitest';
import * as Y from 'yjs';
import type { DoorClient } from '../support/doors/door.ts';
import { DOOR_NAMES, DOORS, type DoorName } from '../support/doors/doors.ts';
import type { ServerProcess } from '../support/server-process.ts';

/** What is edited, and how large an edit is. */
export interface Place {
  readonly document: string;
  readonly editBytes: number;
}

function editText({ editBytes }: Place, at: number): string {
  return `${at}`.padEnd(editBytes, '.');
}

/** What every door serves has these edits, in order and each once. */
export async function expectEdits(
  place: Place,
  server: ServerProcess,
  writers: readonly StubbornWriter[],
  missing: 'none that was sent' | 'none that was acknowledged',
): Promise<void> {
  for (const door of DOOR_NAMES) {
    const doc = new Y.Doc();
    const client = await DOORS[door](server, place.document, {});
    client.close();
    Y.applyUpdate(doc, client.initial);
    expect(doc.store.pendingStructs).toBeNull();
    for (const writer of writers) {
      const edits = doc.getArray<string>(writer.name).toArray();
      const least = missing === 'none that was sent' ? writer.sent : writer.acknowledged;
      expect(edits.length).toBeGreaterThanOrEqual(least);
      expect(edits).toEqual(edits.map((_, at) => editText(place, at)));
    }
  }
}

/** Someone who edits, and who comes again with everything where a connection ends. */
export class StubbornWriter {
  readonly name: string;
  sent = 0;
  acknowledged = 0;
  refusals = 0;
  letGo: Promise<unknown> = Promise.resolve();
  readonly #door: DoorName;
  readonly #place: Place;
  readonly #doc = new Y.Doc();
  #client: DoorClient | undefined;
  /** Of this connection. */
  #unanswered = 0;
  #waiting: (() => void)[] = [];

  constructor(door: DoorName, name: string, place: Place) {
    this.#door = door;
    this.#place = place;
    this.name = name;
    this.#doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'server') this.#send(update);
    });
  }

  /** Opens the document and sends what the server lacks. */
  async comeAgain(server: ServerProcess): Promise<void> {
    let end: () => void = () => undefined;
    const refused = new Promise<void>((resolve) => {
      end = resolve;
    });
    const client = await DOORS[this.#door](server, this.#place.document, {
      acknowledged: () => this.#heard(),
      learned: (update) => Y.applyUpdate(this.#doc, update, 'server'),
      refused: () => {
        this.refusals++;
        end();
      },
    });
    this.#client = client;
    this.letGo = Promise.race([client.closed, refused]);
    this.#unanswered = 0;
    Y.applyUpdate(this.#doc, client.initial, 'server');
    const has = new Y.Doc();
    Y.applyUpdate(has, client.initial);
    const lacks = this.sent - has.getArray(this.name).length;
    if (lacks > 0) this.#send(Y.encodeStateAsUpdate(this.#doc, Y.encodeStateVector(has)));
  }

  edit(): void {
    this.#doc.getArray(this.name).push([editText(this.#place, this.sent++)]);
  }

  /** Resolves when everything that was sent is acknowledged. */
  settled(): Promise<void> {
    if (this.#unanswered === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#client?.close();
  }

  #send(update: Uint8Array): void {
    this.#unanswered++;
    this.#client?.send(update);
  }

  #heard(): void {
    this.#unanswered--;
    this.acknowledged++;
    if (this.#unanswered > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
