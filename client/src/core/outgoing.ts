import * as Y from 'yjs';
import type { Certainty, Connection } from './connection.ts';
import { mergeAll } from './merge-all.ts';

/** Bytes of edits that wait while the connection is congested; past it they are found again in the document. */
const MAX_PENDING_BYTES = 4 * 1024 * 1024;

/** An update that changes nothing: no structs, no deletes. */
const EMPTY_BYTES = 2;

type State =
  | { readonly kind: 'offline' }
  /** `known`: what the server had when it was last heard of it, a state vector. */
  | { readonly kind: 'open'; readonly connection: Connection; readonly known: Uint8Array };

/**
 * The edits of this client on their way to the server's disk. Each is in one of three places: `pending` until the end of
 * the tick or of a congestion, `under way` until its acknowledgement, or *owed*. What is owed is not kept as updates: it is
 * what the document has and the server lacks, and goes out as one update when the server says what it has.
 */
export class Outgoing {
  readonly #doc: Y.Doc;
  readonly #onChange: () => void;
  #state: State = { kind: 'offline' };
  #access: 'write' | 'read' = 'write';
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #underWay = 0;
  #owed: boolean;
  /** Some acknowledgement was only likely: the next handshake sends what it was about once more. */
  #doubted = false;
  #waiting: 'no' | 'for the end of the tick' | 'for the connection' = 'no';

  /** @param onChange called when `isSaved` may have changed */
  constructor(doc: Y.Doc, onChange: () => void) {
    this.#doc = doc;
    this.#onChange = onChange;
    // What a document brings along may have come from anywhere.
    this.#owed = doc.store.clients.size > 0;
  }

  get isSaved(): boolean {
    return !this.#owed && this.#pending.length === 0 && this.#underWay === 0;
  }

  get isReadOnly(): boolean {
    return this.#access === 'read';
  }

  /** @param update a change that did not come from the server */
  edited(update: Uint8Array): void {
    if (this.#state.kind === 'offline' || this.#access === 'read') this.#owed = true;
    else this.#queue(update);
    this.#onChange();
  }

  /** The server has `known`, a state vector, and wants the rest. */
  offer(connection: Connection, known: Uint8Array): void {
    this.#state = { kind: 'open', connection, known };
    if (this.#doubted || this.#lacks(known)) this.#owed = true;
    this.#doubted = false;
    this.flush();
    this.#onChange();
  }

  acknowledged(certainty: Certainty): void {
    if (this.#underWay > 0) this.#underWay--;
    if (certainty === 'likely') this.#doubted = true;
    this.#onChange();
  }

  /** The server takes nothing from this client, as long as this connection lasts. */
  forbid(): void {
    this.#access = 'read';
    this.#forget();
    this.#onChange();
  }

  /** What was under way may have been lost. */
  closed(): void {
    this.#state = { kind: 'offline' };
    this.#access = 'write';
    this.#forget();
    this.#waiting = 'no';
    this.#onChange();
  }

  /** Sends what waits, if the connection takes it. */
  flush(): void {
    if (this.#state.kind === 'offline' || this.#access === 'read') return;
    if (!this.#owed && this.#pending.length === 0) return;
    const { connection, known } = this.#state;
    if (connection.isCongested) {
      this.#waitFor(connection);
      return;
    }
    const update = this.#owed ? Y.encodeStateAsUpdate(this.#doc, known) : mergeAll(this.#pending);
    this.#owed = false;
    this.#clearPending();
    if (update.byteLength <= EMPTY_BYTES) return;
    this.#underWay++;
    connection.send(update);
  }

  #queue(update: Uint8Array): void {
    this.#pending.push(update);
    this.#pendingBytes += update.byteLength;
    if (this.#pendingBytes > MAX_PENDING_BYTES) {
      this.#owed = true;
      this.#clearPending();
    }
    if (this.#waiting !== 'no') return;
    this.#waiting = 'for the end of the tick';
    queueMicrotask(() => {
      if (this.#waiting !== 'for the end of the tick') return;
      this.#waiting = 'no';
      this.flush();
      this.#onChange();
    });
  }

  #waitFor(connection: Connection): void {
    if (this.#waiting === 'for the connection') return;
    this.#waiting = 'for the connection';
    connection.whenClear(() => {
      this.#waiting = 'no';
      this.flush();
      this.#onChange();
    });
  }

  /** Structs only: a state vector does not tell of deletes. */
  #lacks(known: Uint8Array): boolean {
    const there = Y.decodeStateVector(known);
    for (const client of this.#doc.store.clients.keys()) {
      if (Y.getState(this.#doc.store, client) > (there.get(client) ?? 0)) return true;
    }
    return false;
  }

  #forget(): void {
    if (this.#pending.length > 0 || this.#underWay > 0) this.#owed = true;
    this.#underWay = 0;
    this.#clearPending();
  }

  #clearPending(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}
