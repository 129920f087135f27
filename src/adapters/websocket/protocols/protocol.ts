import type { Ticket } from '../../../application/connection/acknowledgements.ts';
import type { CollaborationError } from '../../../domain/errors.ts';

/** One protocol as spoken on one socket. */
export interface Protocol {
  /**
   * Handles one message. While a returned promise is pending, the socket is not read.
   * @throws (or rejects with) whatever `report` is to tell the client
   */
  receive(message: Buffer): Promise<void> | undefined;
  /** Tells the client, as the protocol has it, that its last message was faulty. */
  report(error: CollaborationError): void;
  /** Something for an idle client to hear, where the protocol has clients that give up in silence. */
  keepAlive(): void;
}

/** A protocol whose socket has one document, which the path names. */
export interface DocumentProtocol extends Protocol {
  /** Joins the document. @throws CollaborationError as `joinDocument` */
  open(): Promise<void>;
  /** Updates that were taken and are durable, or refused, in their order. */
  settle(tickets: readonly Ticket[]): void;
  /** The socket is gone. */
  ended(): void;
}
