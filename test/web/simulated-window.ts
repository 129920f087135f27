import * as Y from 'yjs';
import { SavedState } from '../../web/src/saved-state.ts';
import type { ContentFrame } from '../../web/src/sync-frame.ts';

type Pending = { readonly update: Uint8Array; readonly connection: number };

/**
 * One window and one server that may crash, in the order of events a y-websocket provider produces. The server applies
 * what it receives to memory at once, stores it at `commit`, and echoes it only then. `crash` forgets the memory.
 */
export class SimulatedWindow {
  readonly state = new SavedState();
  #doc = new Y.Doc();
  #memory = new Y.Doc();
  #disk = new Y.Doc();
  #connection = 0;
  #connected = false;
  #inbox: ContentFrame[] = [];
  #pending: Pending[] = [];
  #echoes: Uint8Array[] = [];

  constructor() {
    this.#doc.clientID = 1;
    this.#doc.on('update', (update: Uint8Array, _origin: unknown, _doc: Y.Doc, transaction: Y.Transaction) => {
      if (!transaction.local) return;
      if (this.#connected) this.#send({ kind: 'update', update });
      this.state.edited(update);
    });
  }

  insert(at: number): void {
    const text = this.#doc.getText();
    text.insert(at % (text.length + 1), 'x');
  }

  remove(at: number): void {
    const text = this.#doc.getText();
    if (text.length > 0) text.delete(at % text.length, 1);
  }

  connect(): void {
    if (this.#connected) return;
    this.#connected = true;
    this.#connection += 1;
    this.state.opened();
  }

  /** The server's Step1 arrives and is answered; until then the window may have sent edits already. */
  handshake(): void {
    if (!this.#connected) return;
    const lacking = Y.encodeStateAsUpdate(this.#doc, Y.encodeStateVector(this.#memory));
    this.#send({ kind: 'step2', update: lacking });
  }

  /** Frames on their way to the server, and its echoes on their way back, are lost. What it has received stays. */
  drop(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#inbox = [];
    this.#echoes = [];
    this.state.closed();
  }

  /** The server receives the oldest frame under way. */
  receive(): void {
    const frame = this.#inbox.shift();
    if (!frame) return;
    Y.applyUpdate(this.#memory, frame.update);
    this.#pending.push({ update: frame.update, connection: this.#connection });
  }

  commit(): void {
    for (const { update, connection } of this.#pending.splice(0)) {
      Y.applyUpdate(this.#disk, update);
      if (this.#connected && connection === this.#connection) this.#echoes.push(update);
    }
  }

  echo(): void {
    const update = this.#echoes.shift();
    if (update) this.state.received(update);
  }

  /** Somebody else's edit comes by. What it holds does not matter here, only that it is no echo. */
  stranger(): void {
    if (this.#connected) this.state.received(Uint8Array.of(9, 9, 9));
  }

  crash(): void {
    this.drop();
    this.#pending = [];
    this.#memory = new Y.Doc();
    Y.applyUpdate(this.#memory, Y.encodeStateAsUpdate(this.#disk));
  }

  settle(): void {
    this.drop();
    this.connect();
    this.handshake();
    while (this.#inbox.length > 0) this.receive();
    this.commit();
    while (this.#echoes.length > 0) this.echo();
  }

  /** Whether the disk holds everything that this window has, deletions included. */
  isStored(): boolean {
    return Y.equalSnapshots(Y.snapshot(this.#disk), Y.snapshot(this.#doc));
  }

  #send(frame: ContentFrame): void {
    this.#inbox.push(frame);
    this.state.sent(frame);
  }
}
