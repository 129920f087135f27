import * as Y from 'yjs';
import type { Addresses } from '../../support/doors/door.ts';
import { DOORS, type DoorName } from '../../support/doors/doors.ts';
import { SHARED_MAP, SHARED_TEXT, Writer } from './writer.ts';

/** What became of the updates of a round. */
export interface Outcome {
  readonly lost: number;
  /** On disk, and the answer did not arrive before the kill. */
  readonly keptUnacknowledged: number;
}

/** What one document must be, over all rounds: built from the updates that the server has kept, each applied once. */
export class DocumentLedger {
  readonly documentId: string;
  readonly problems: string[] = [];
  readonly #model = new Y.Doc();
  readonly #texts = new Set([SHARED_TEXT]);
  /** Updates the server has kept: its sequence number. */
  #kept = 0;
  #probes = 0;

  constructor(documentId: string) {
    this.documentId = documentId;
  }

  /** Reads the document through a new client and compares it with what the writers of the round were promised. */
  async check(server: Addresses, door: DoorName, writers: readonly Writer[]): Promise<Outcome> {
    const doc = await this.#read(server, door);
    let lost = 0;
    let keptUnacknowledged = 0;
    for (const writer of writers) {
      const kept = this.#settle(writer, doc);
      lost += Math.max(0, writer.acknowledged - kept);
      keptUnacknowledged += Math.max(0, kept - writer.acknowledged);
    }
    this.#compare(doc);
    return { lost, keptUnacknowledged };
  }

  /** One more update, whose acknowledgement must bear the next sequence number. */
  async probe(server: Addresses): Promise<void> {
    const doc = new Y.Doc();
    const name = `probe ${this.#probes++}`;
    doc.getText(name).insert(0, 'still here');
    const update = Y.encodeStateAsUpdate(doc);
    const sequence = await sequenceOf(server, this.documentId, update);
    this.#keep(name, [update]);
    if (sequence !== this.#kept) this.#complain(`sequence number ${sequence}, not ${this.#kept}`);
  }

  async #read(server: Addresses, door: DoorName): Promise<Y.Doc> {
    const doc = new Y.Doc();
    const client = await DOORS[door](server, this.documentId, {});
    Y.applyUpdate(doc, client.initial);
    client.close();
    if (hasGaps(doc)) this.#complain('the document has gaps');
    return doc;
  }

  /** Answers how many of the writer's updates, from the first on, are in the document. */
  #settle(writer: Writer, doc: Y.Doc): number {
    const clock = Y.getState(doc.store, writer.clientId);
    const kept = writer.sent.filter((sent) => sent.clock <= clock);
    if ((kept.at(-1)?.clock ?? 0) !== clock) this.#complain(`an update of ${writer.name} is there by half`);
    const text = doc.getText(writer.name).toString();
    if (text !== Writer.ownText(kept.length)) this.#complain(`what ${writer.name} wrote is damaged`);
    for (const complaint of writer.complaints) this.#complain(`${writer.name}: ${complaint}`);
    this.#keep(
      writer.name,
      kept.map(({ update }) => update),
    );
    return kept.length;
  }

  #keep(text: string, updates: readonly Uint8Array[]): void {
    this.#texts.add(text);
    this.#kept += updates.length;
    this.#model.transact(() => {
      for (const update of updates) Y.applyUpdate(this.#model, update);
    });
  }

  #compare(doc: Y.Doc): void {
    if (hasGaps(this.#model)) this.#complain('an update was kept without one that it builds on');
    if (!Y.equalSnapshots(Y.snapshot(doc), Y.snapshot(this.#model))) this.#complain('other structs or deletes');
    const [map, model] = [doc, this.#model].map((each) => JSON.stringify(sorted(each.getMap(SHARED_MAP).toJSON())));
    if (map !== model) this.#complain('the shared map differs');
    for (const name of this.#texts) {
      const same = doc.getText(name).toString() === this.#model.getText(name).toString();
      if (!same) this.#complain(`the text "${name}" differs`);
    }
  }

  #complain(problem: string): void {
    this.problems.push(`${this.documentId}: ${problem}`);
  }
}

function hasGaps({ store }: Y.Doc): boolean {
  return store.pendingStructs !== null || store.pendingDs !== null;
}

function sorted(record: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

async function sequenceOf(server: Addresses, documentId: string, update: Uint8Array): Promise<number | undefined> {
  let client: Awaited<ReturnType<(typeof DOORS)['JSON']>> | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const refused = ({ message }: { message: string }) => reject(new Error(message));
      DOORS.JSON(server, documentId, { acknowledged: resolve, refused }).then((opened) => {
        client = opened;
        opened.send(update);
      }, reject);
    });
  } finally {
    client?.close();
  }
}
