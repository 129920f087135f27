/** Where a server listens. */
export interface Addresses {
  /** `ws://host:port`, without a path. */
  readonly wsUrl: string;
  /** `host:port` */
  readonly grpcAddress: string;
}

/** What a client hears in a document. */
export interface Listener {
  /** Its oldest update that was not answered yet is acknowledged. @param sequence none where the door does not tell it */
  acknowledged?(sequence: number | undefined): void;
  /** Another client's update. */
  learned?(update: Uint8Array): void;
  /** The server asks for what it lacks (y-websocket only). */
  asked?(): void;
  refused?(refusal: Refusal): void;
}

export interface Refusal {
  /** None where the door does not tell it (y-websocket). */
  readonly code: number | undefined;
  readonly type: string | undefined;
  readonly message: string;
}

/** A client in one document, over a connection of its own. It speaks the protocol and interprets nothing. */
export interface DoorClient {
  /** The document as it was when the client opened it, as one update. */
  readonly initial: Uint8Array;
  send(update: Uint8Array): void;
  /** Reads nothing until `resume`. */
  pause(): void;
  resume(): void;
  /** Resolves when all that arrived before the end of the connection was heard. A WebSocket's close code, if any. */
  readonly closed: Promise<number | undefined>;
  close(): void;
}

export type OpenDoor = (server: Addresses, documentId: string, listener: Listener) => Promise<DoorClient>;
