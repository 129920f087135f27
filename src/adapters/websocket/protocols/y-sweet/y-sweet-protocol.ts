import { isTaken, type Ticket } from '../../../../application/connection/acknowledgements.ts';
import type { Clock } from '../../../../application/ports/clock.ts';
import type { CollaborationError } from '../../../../domain/errors.ts';
import type { DocumentId } from '../../../../domain/value-objects/document-id.ts';
import { serverFrame } from '../../framing.ts';
import type { DocumentProtocol } from '../protocol.ts';
import { type ChangeKind, changeKindOf } from '../y-websocket-codec.ts';
import { YWebsocketProtocol, type YWebsocketSocket } from '../y-websocket-protocol.ts';
import { OfflineChanges } from './offline-changes.ts';
import { decodeSyncStatus, encodeSyncStatus, isSyncStatus } from './y-sweet-codec.ts';

export interface YSweetSocket extends YWebsocketSocket {
  readonly clock: Clock;
}

const NOTHING = new Uint8Array();

/**
 * The y-websocket protocol with a client's local version: how many changes it has made. It comes back once all of them
 * are durable.
 */
export class YSweetProtocol implements DocumentProtocol {
  readonly #socket: YSweetSocket;
  readonly #inner: YWebsocketProtocol;
  readonly #documentId: DocumentId;
  readonly #offline: OfflineChanges;
  /** Versions in the queue of acknowledgements, behind the updates that they count. */
  readonly #queued = new Map<Ticket, Uint8Array>();
  /** The last of them, as long as no update came behind it. */
  #newest: Ticket | undefined;
  /** The last version that is durable. */
  #durable: Uint8Array | undefined;
  /** `lost`: an update was refused, so that no version behind it will ever be on disk. */
  #changes: 'kept' | 'lost' = 'kept';

  constructor(socket: YSweetSocket, documentId: DocumentId) {
    this.#socket = socket;
    this.#inner = new YWebsocketProtocol(socket, documentId);
    this.#documentId = documentId;
    this.#offline = new OfflineChanges(socket.clock, (version) => this.#enqueue(version));
  }

  open(): Promise<void> {
    return this.#inner.open();
  }

  receive(frame: Buffer): Promise<void> | undefined {
    if (isSyncStatus(frame)) {
      this.#probe(frame);
      return undefined;
    }
    const kind = changeKindOf(frame);
    if (kind === undefined) return this.#inner.receive(frame);
    try {
      const done = this.#inner.receive(frame);
      if (done !== undefined) return this.#changedLater(kind, done);
      this.#changed(kind);
      return undefined;
    } catch (thrown) {
      this.#changes = 'lost';
      throw thrown;
    }
  }

  report(error: CollaborationError): void {
    this.#inner.report(error);
  }

  keepAlive(): void {
    this.#inner.keepAlive();
  }

  settle(tickets: readonly Ticket[]): void {
    const updates: Ticket[] = [];
    const versions: Uint8Array[] = [];
    for (const ticket of tickets) {
      const version = this.#queued.get(ticket);
      this.#queued.delete(ticket);
      if (version !== undefined) versions.push(...this.#kept(version));
      else if (isTaken(ticket)) updates.push(ticket);
      else this.#changes = 'lost';
    }
    this.#inner.settle(updates);
    for (const version of versions) this.#answer(version);
  }

  ended(): void {
    this.#offline.stop();
  }

  /** A client that has seen one answer closes where none comes within 3 s, whatever the disk does. */
  #probe(frame: Buffer): void {
    const version = decodeSyncStatus(frame);
    const waits = this.#socket.connection.acknowledgements.pending > 0 || this.#offline.holds(version);
    if (this.#durable !== undefined && (waits || this.#changes === 'lost')) this.#answer(this.#durable);
    if (this.#offline.holds(version)) this.#offline.hold(version);
    else this.#enqueue(version.bytes);
  }

  #enqueue(version: Uint8Array): void {
    // Nobody else could make the queue grow without sending updates.
    if (this.#newest !== undefined && this.#queued.has(this.#newest)) {
      this.#queued.set(this.#newest, version);
      return;
    }
    const { acknowledgements } = this.#socket.connection;
    const ticket = acknowledgements.open(this.#documentId.value, '', NOTHING);
    this.#queued.set(ticket, version);
    this.#newest = ticket;
    acknowledgements.pass(ticket);
  }

  async #changedLater(kind: ChangeKind, done: Promise<void>): Promise<void> {
    try {
      await done;
    } catch (thrown) {
      this.#changes = 'lost';
      throw thrown;
    }
    this.#changed(kind);
  }

  #changed(kind: ChangeKind): void {
    this.#newest = undefined;
    this.#offline.changed(kind);
  }

  #kept(version: Uint8Array): readonly Uint8Array[] {
    if (this.#changes === 'lost') return [];
    this.#durable = version;
    return [version];
  }

  #answer(version: Uint8Array): void {
    this.#socket.outbox.writeOne(serverFrame(encodeSyncStatus(version), 'binary'));
  }
}
