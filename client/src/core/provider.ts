import { ObservableV2 } from 'lib0/observable';
import { Awareness, applyAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { SYSTEM_CLOCK } from './clock.ts';
import type { Connection, ConnectionListener, Door } from './connection.ts';
import { Dialer } from './dialer.ts';
import type { ProviderOptions } from './options.ts';
import { Outgoing } from './outgoing.ts';
import { watchPage } from './page.ts';
import { ProviderError } from './provider-error.ts';
import { Waiters } from './waiters.ts';

/** `connected`: the server has let this client in. */
export type ProviderStatus = 'connecting' | 'connected' | 'disconnected';

export interface ProviderEvents {
  status(event: { readonly status: ProviderStatus }): void;
  synced(synced: boolean): void;
  saved(saved: boolean): void;
  error(error: ProviderError): void;
}

const MAX_BACKOFF = 30_000;

interface AwarenessChange {
  readonly added: readonly number[];
  readonly updated: readonly number[];
  readonly removed: readonly number[];
}

/**
 * Keeps a Yjs document in step with a server, and knows whether what was made here is on the server's disk. Edits made
 * without a connection are sent with the next one.
 */
export abstract class Provider extends ObservableV2<ProviderEvents> {
  readonly doc: Y.Doc;
  /** The document's name. */
  readonly document: string;
  readonly awareness: Awareness;
  readonly #door: Door;
  readonly #options: ProviderOptions;
  readonly #dialer: Dialer;
  readonly #outgoing: Outgoing;
  readonly #whenSynced = new Waiters();
  readonly #whenSaved = new Waiters();
  readonly #stopWatching: () => void;
  #connection: Connection | undefined;
  #status: ProviderStatus = 'disconnected';
  #synced = false;
  #saved: boolean;
  #life: 'alive' | 'cached' | 'destroyed' = 'alive';

  protected constructor(door: Door, options: ProviderOptions) {
    super();
    this.#door = door;
    this.#options = options;
    this.doc = options.doc;
    this.document = options.document;
    this.awareness = options.awareness ?? new Awareness(options.doc);
    if (options.user !== undefined) this.awareness.setLocalStateField('user', options.user);
    this.#outgoing = new Outgoing(options.doc, () => this.#evaluateSaved());
    this.#saved = this.#outgoing.isSaved;
    this.#dialer = new Dialer({
      token: options.token,
      clock: options.clock ?? SYSTEM_CLOCK,
      random: options.random ?? Math.random,
      maxBackoff: options.maxBackoff ?? MAX_BACKOFF,
      starts: () => this.#setStatus('connecting'),
      dial: (token) => this.#dial(token),
      failed: (error) => {
        this.#setStatus('disconnected');
        this.emit('error', [error]);
      },
    });
    this.doc.on('update', this.#onEdit);
    this.doc.on('destroy', this.#onDocDestroyed);
    this.awareness.on('update', this.#onAwareness);
    this.#stopWatching = watchPage({
      online: () => this.#dialer.hurry(),
      // The others should not see somebody who has gone; a page may come back from the browser's cache.
      hidden: () => this.#hide(),
      shown: () => this.#show(),
    });
    if (options.connect !== false) this.connect();
  }

  get status(): ProviderStatus {
    return this.#status;
  }

  /** Whether this client has received all that the server had when it connected. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Whether everything that this client has made is on the server's disk. */
  get saved(): boolean {
    return this.#saved;
  }

  /** Whether the server has refused to take edits on this connection; it says so when the first one comes. */
  get readOnly(): boolean {
    return this.#outgoing.isReadOnly;
  }

  /**
   * Resolves once `synced`, at once where it is.
   * @throws ProviderError where the server refuses this client; Error where the provider is destroyed before
   */
  get whenSynced(): Promise<void> {
    return this.#when(this.#synced, this.#whenSynced);
  }

  /**
   * Resolves once `saved`, at once where it is. It waits through lost connections.
   * @throws ProviderError where the server refuses this client or its edits; Error where the provider is destroyed before
   */
  whenSaved(): Promise<void> {
    if (this.readOnly && !this.#saved) {
      return Promise.reject(new ProviderError('read-only', 'continues', 'The server takes no edits of this client.'));
    }
    return this.#when(this.#saved, this.#whenSaved);
  }

  /** Connects, and again whenever the connection is lost, until `disconnect` or a refusal. */
  connect(): void {
    if (this.#life !== 'destroyed') this.#dialer.start();
  }

  /** Ends the connection. Edits made from here on wait for the next `connect`. */
  disconnect(): void {
    this.#disconnect();
  }

  /** Ends everything for good: connection, timers, listeners, and an awareness that was not handed in. */
  override destroy(): void {
    if (this.#life === 'destroyed') return;
    this.#life = 'destroyed';
    this.#stopWatching();
    this.#disconnect();
    this.doc.off('update', this.#onEdit);
    this.doc.off('destroy', this.#onDocDestroyed);
    this.awareness.off('update', this.#onAwareness);
    if (this.#options.awareness === undefined) this.awareness.destroy();
    this.#giveUp(new Error('The provider was destroyed.'));
    super.destroy();
  }

  #hide(): void {
    if (this.#dialer.isOn) this.#life = 'cached';
    this.#disconnect();
  }

  #show(): void {
    if (this.#life !== 'cached') return;
    this.#life = 'alive';
    this.connect();
  }

  #disconnect(): void {
    this.#outgoing.flush();
    this.#dialer.stop();
    this.#connection?.close();
    this.#ended();
  }

  #dial(token: string | undefined): void {
    this.#connection = this.#door.connect({
      document: this.document,
      token,
      doc: this.doc,
      awareness: this.awareness,
      clock: this.#options.clock ?? SYSTEM_CLOCK,
      listener: this.#listener,
    });
  }

  readonly #listener: ConnectionListener = {
    offered: (stateVector) => this.#offered(stateVector),
    received: (update) => Y.applyUpdate(this.doc, update, this),
    presence: (update) => applyAwarenessUpdate(this.awareness, update, this),
    synced: () => this.#setSynced(true),
    acknowledged: (certainty) => this.#outgoing.acknowledged(certainty),
    refused: (error) => {
      if (error.kind === 'read-only') {
        this.#outgoing.forbid();
        this.#whenSaved.reject(error);
      }
      this.emit('error', [error]);
    },
    lost: () => {
      this.#dialer.lost();
      this.#ended();
    },
    rejected: (error) => {
      const next = this.#dialer.rejected(error);
      if (next === 'dials again') {
        this.#connectionEnded();
        return;
      }
      this.#ended();
      this.#giveUp(error);
      this.emit('error', [error]);
    },
  };

  #offered(stateVector: Uint8Array): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    if (this.#status !== 'connected') {
      this.#dialer.opened();
      this.#setStatus('connected');
      // With a new clock: the others have seen the state end with the last connection, and would pass over an old one.
      const state = this.awareness.getLocalState();
      if (state !== null) this.awareness.setLocalState(state);
    }
    this.#outgoing.offer(connection, stateVector);
  }

  readonly #onEdit = (update: Uint8Array, origin: unknown): void => {
    if (origin !== this) this.#outgoing.edited(update);
  };

  /** Only its own state: the server knows of the others, and when they are gone. */
  readonly #onAwareness = ({ added, updated, removed }: AwarenessChange, origin: unknown): void => {
    if (origin === this || this.#status !== 'connected') return;
    const own = this.awareness.clientID;
    if ([added, updated, removed].some((clients) => clients.includes(own))) this.#connection?.sendPresence();
  };

  readonly #onDocDestroyed = (): void => this.destroy();

  #ended(): void {
    this.#connectionEnded();
    this.#setStatus('disconnected');
  }

  #connectionEnded(): void {
    this.#connection = undefined;
    this.#outgoing.closed();
    this.#setSynced(false);
    const others = [...this.awareness.getStates().keys()].filter((client) => client !== this.awareness.clientID);
    removeAwarenessStates(this.awareness, others, this);
  }

  #when(holds: boolean, waiters: Waiters): Promise<void> {
    if (holds) return Promise.resolve();
    if (this.#life === 'destroyed') return Promise.reject(new Error('The provider was destroyed.'));
    return waiters.add();
  }

  #giveUp(cause: Error): void {
    this.#whenSynced.reject(cause);
    this.#whenSaved.reject(cause);
  }

  #setStatus(status: ProviderStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    this.emit('status', [{ status }]);
  }

  #setSynced(synced: boolean): void {
    if (this.#synced === synced) return;
    this.#synced = synced;
    if (synced) this.#whenSynced.resolve();
    this.emit('synced', [synced]);
  }

  #evaluateSaved(): void {
    const saved = this.#outgoing.isSaved;
    if (this.#saved === saved) return;
    this.#saved = saved;
    if (saved) this.#whenSaved.resolve();
    this.emit('saved', [saved]);
  }
}
