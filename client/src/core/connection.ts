import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { Clock } from './clock.ts';
import type { ProviderError } from './provider-error.ts';

/** One connection to a document, in the protocol of its door. It says nothing any more once it was closed. */
export interface Connection {
  /** Whether so much is under way that the next update should wait. */
  readonly isCongested: boolean;
  /** Calls back, once, when the next update may go; never when the connection ends before. */
  whenClear(callback: () => void): void;
  /** @param update Yjs update, encoding v1; answered by one `acknowledged` when it is durable */
  send(update: Uint8Array): void;
  /** Sends the client's own awareness state as it is now. */
  sendPresence(): void;
  /** Sends what was handed over, says goodbye and ends. */
  close(): void;
}

/** How much an acknowledgement proves: on `likely` see `Echoes`. */
export type Certainty = 'certain' | 'likely';

/** What a connection tells of. */
export interface ConnectionListener {
  /**
   * The server has let the client in, or asks once more: it wants what it lacks.
   * @param stateVector what it has, encoding v1
   */
  offered(stateVector: Uint8Array): void;
  /** Others' changes. */
  received(update: Uint8Array): void;
  /** What others show, as a y-protocols awareness update. */
  presence(update: Uint8Array): void;
  /** The client has all that the server had when it connected. */
  synced(): void;
  /** The oldest update under way is on the server's disk. */
  acknowledged(certainty: Certainty): void;
  /** One message was refused; the connection goes on. */
  refused(error: ProviderError): void;
  /** The connection broke, or the server said to come back later. Nothing follows. */
  lost(): void;
  /** The server does not want this client. Nothing follows. */
  rejected(error: ProviderError): void;
}

export interface Dial {
  readonly document: string;
  readonly token: string | undefined;
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly clock: Clock;
  readonly listener: ConnectionListener;
}

/** A way to a server. */
export interface Door {
  connect(dial: Dial): Connection;
}
