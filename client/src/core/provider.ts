import { ObservableV2 } from 'lib0/observable';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import type { Connection, ConnectionListener, Door } from './connection.ts';
import { Dialer } from './dialer.ts';
import { Flag } from './flag.ts';
import type { ProviderOptions } from './options.ts';
import { Outgoing } from './outgoing.ts';
import { watchPage } from './page.ts';
import { Presence } from './presence.ts';
import { ProviderError } from './provider-error.ts';

/** `connected`: the server has let this client in. */
export type ProviderStatus = 'connecting' | 'connected' | 'disconnected';

export interface ProviderEvents {
  status(event: { readonly status: ProviderStatus }): void;
  synced(synced: boolean): void;
  saved(saved: boolean): void;
  error(error: ProviderError): void;
}

const MAX_BACKOFF = 10_000;

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
  readonly #clock: Clock;
  readonly #dialer: Dialer;
  readonly #outgoing: Outgoing;
  readonly #presence: Presence;
  readonly #synced = new Flag(false, (synced) => this.emit('synced', [synced]));
  readonly #saved: Flag;
  /** End what was begun when the provider was made. */
  readonly #endings: (() => void)[];
  #connection: Connection | undefined;
  #status: ProviderStatus = 'disconnected';
  #life: 'alive' | 'destroyed' = 'alive';

  protected constructor(door: Door, options: ProviderOptions) {
    super();
    const { doc, document, awareness = new Awareness(doc), clock = SYSTEM_CLOCK, user } = options;
    this.doc = doc;
    this.document = document;
    this.awareness = awareness;
    this.#door = door;
    this.#clock = clock;
    if (user !== undefined) awareness.setLocalStateField('user', user);
    this.#outgoing = new Outgoing(doc, () => this.#saved.set(this.#outgoing.isSaved));
    this.#saved = new Flag(this.#outgoing.isSaved, (saved) => this.emit('saved', [saved]));
    this.#presence = new Presence(awareness, () => this.#showPresence());
    this.#dialer = this.#makeDialer(options);
    this.#endings = this.#begin(options);
    if (options.connect !== false) this.connect();
  }

  get status(): ProviderStatus {
    return this.#status;
  }

  /** Whether this client has received all that the server had when it connected. */
  get synced(): boolean {
    return this.#synced.holds;
  }

  /** Whether everything that this client has made is on the server's disk. */
  get saved(): boolean {
    return this.#saved.holds;
  }

  /** Whether the server takes no edits on this connection; it says so when the first one comes. */
  get readOnly(): boolean {
    return this.#outgoing.isReadOnly;
  }

  /**
   * Resolves once `synced`, at once where it is.
   * @throws ProviderError where the server refuses this client; Error where the provider is destroyed
   */
  get whenSynced(): Promise<void> {
    return this.#when(this.#synced);
  }

  /**
   * Resolves once `saved`, at once where it is. It waits through lost connections.
   * @throws ProviderError where the server refuses this client or its edits; Error where the provider is destroyed
   */
  whenSaved(): Promise<void> {
    if (this.readOnly && !this.saved) {
      return Promise.reject(new ProviderError('read-only', 'continues', 'The server takes no edits of this client.'));
    }
    return this.#when(this.#saved);
  }

  /** Connects, and again whenever the connection is lost, until `disconnect` or a refusal. */
  connect(): void {
    if (this.#life === 'alive') this.#dialer.start();
  }

  /** Ends the connection. Edits made from here on wait for the next `connect`. */
  disconnect(): void {
    this.#outgoing.flush();
    this.#dialer.stop();
    this.#connection?.close();
    this.#ended();
  }

  /** Ends everything for good: connection, timers, listeners, and an awareness that was not handed in. */
  override destroy(): void {
    if (this.#life === 'destroyed') return;
    this.#life = 'destroyed';
    this.disconnect();
    for (const end of this.#endings) end();
    this.#giveUp(new Error('The provider was destroyed.'));
    super.destroy();
  }

  #makeDialer({ token, random = Math.random, maxBackoff = MAX_BACKOFF }: ProviderOptions): Dialer {
    return new Dialer({
      token,
      clock: this.#clock,
      random,
      maxBackoff,
      starts: () => this.#setStatus('connecting'),
      dial: (given) => this.#dial(given),
      failed: (error) => {
        this.#setStatus('disconnected');
        this.emit('error', [error]);
      },
    });
  }

  #begin(options: ProviderOptions): (() => void)[] {
    const { doc, awareness } = this;
    const onEdit = (update: Uint8Array, origin: unknown) => {
      if (origin !== this) this.#outgoing.edited(update);
    };
    const onDestroy = () => this.destroy();
    doc.on('update', onEdit);
    doc.on('destroy', onDestroy);
    const stopWatching = watchPage({
      online: () => this.#dialer.hurry(),
      // The others should not see somebody who has gone.
      leave: () => {
        const { isOn } = this.#dialer;
        this.disconnect();
        return isOn;
      },
      comeBack: () => this.connect(),
    });
    return [
      () => doc.off('update', onEdit),
      () => doc.off('destroy', onDestroy),
      stopWatching,
      () => this.#presence.destroy(),
      () => {
        if (options.awareness === undefined) awareness.destroy();
      },
    ];
  }

  #dial(token: string | undefined): void {
    const { document, doc, awareness } = this;
    const dial = { document, token, doc, awareness, clock: this.#clock, listener: this.#listener };
    this.#connection = this.#door.connect(dial);
  }

  readonly #listener: ConnectionListener = {
    offered: (stateVector) => this.#offered(stateVector),
    received: (update) => Y.applyUpdate(this.doc, update, this),
    presence: (update) => this.#presence.receive(update),
    synced: () => this.#synced.set(true),
    acknowledged: (certainty) => this.#outgoing.acknowledged(certainty),
    refused: (error) => {
      if (error.kind === 'read-only') {
        this.#outgoing.forbid();
        this.#saved.giveUp(error);
      }
      this.emit('error', [error]);
    },
    lost: () => {
      this.#dialer.lost();
      this.#ended();
    },
    rejected: (error) => this.#rejected(error),
  };

  #offered(stateVector: Uint8Array): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    if (this.#status !== 'connected') {
      this.#dialer.opened();
      this.#setStatus('connected');
      this.#presence.renew();
    }
    this.#outgoing.offer(connection, stateVector);
  }

  #rejected(error: ProviderError): void {
    if (this.#dialer.rejected(error) === 'dials again') {
      this.#connectionEnded();
      return;
    }
    this.#ended();
    this.#giveUp(error);
    this.emit('error', [error]);
  }

  #showPresence(): void {
    if (this.#status === 'connected') this.#connection?.sendPresence();
  }

  #ended(): void {
    this.#connectionEnded();
    this.#setStatus('disconnected');
  }

  #connectionEnded(): void {
    this.#connection = undefined;
    this.#outgoing.closed();
    this.#synced.set(false);
    this.#presence.forgetOthers();
  }

  #when(flag: Flag): Promise<void> {
    if (this.#life === 'destroyed' && !flag.holds) return Promise.reject(new Error('The provider was destroyed.'));
    return flag.when();
  }

  #giveUp(cause: Error): void {
    this.#synced.giveUp(cause);
    this.#saved.giveUp(cause);
  }

  #setStatus(status: ProviderStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    this.emit('status', [{ status }]);
  }
}
