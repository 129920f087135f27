import { randomUUID } from 'node:crypto';
import { AcknowledgementQueue, type Ticket } from '../../application/connection/acknowledgements.ts';
import { ClientConnection } from '../../application/connection/client-connection.ts';
import type { Principal } from '../../application/ports/authenticator.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { Outbox } from '../shared/outbox.ts';
import { together } from '../shared/together.ts';
import { sizeOf } from './call-gate.ts';
import { FaultBudget } from './fault-budget.ts';
import type { GrpcWireFormat } from './grpc-wire-format.ts';
import { handleMessage } from './handle-message.ts';
import type { ClientMessage, Undecodable } from './messages.ts';
import { acknowledgementMessage, errorMessage } from './server-messages.ts';
import type { GrpcServices } from './services.ts';
import { wellFormed } from './well-formed.ts';

/** What a client may be told of an id that it sent, which can be of any length. */
const MAX_ECHO = 256;

/** Who calls. */
interface Caller {
  readonly principal: Principal;
  /** Under which the client is limited. */
  readonly address: string | undefined;
}

/** Who is told of what becomes of a conversation. */
export interface ConversationListener {
  /** No update of the stream waits for its outcome any more. */
  settled(): void;
  /** The token does not do after all: it has expired, or nobody knows it. */
  unauthenticated(error: CollaborationError): void;
}

/** What an authenticated stream says and hears. It ends when the stream does, not before: a fault is answered. */
export class Conversation {
  readonly services: GrpcServices;
  readonly format: GrpcWireFormat;
  readonly outbox: Outbox;
  readonly connection: ClientConnection;
  readonly #faults: FaultBudget;
  readonly #listener: ConversationListener;
  #state: 'open' | 'closed' = 'open';

  constructor(
    services: GrpcServices,
    format: GrpcWireFormat,
    outbox: Outbox,
    { principal, address }: Caller,
    listener: ConversationListener,
  ) {
    this.services = services;
    this.format = format;
    this.outbox = outbox;
    this.#listener = listener;
    this.#faults = new FaultBudget(services.clock, services.limits.maxInvalidMessages);
    const acknowledgements = new AcknowledgementQueue((tickets) => this.#acknowledge(tickets));
    const connectionId = randomUUID();
    const allowance = services.admission.allowance({ connectionId, subject: principal.subject, address });
    this.connection = new ClientConnection(connectionId, principal, acknowledgements, allowance);
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get isSettled(): boolean {
    return this.connection.acknowledgements.pending === 0;
  }

  get hasSpentFaults(): boolean {
    return this.#faults.isSpent;
  }

  /** Never throws. @returns a promise, which never rejects, where the next message has to wait for this one. */
  receive(message: ClientMessage | Undecodable): Promise<void> | undefined {
    try {
      const pause = this.connection.allowance.count(sizeOf(message));
      const work = handleMessage(this, message)?.catch((thrown: unknown) => this.#report(message, thrown));
      return together(work, pause);
    } catch (thrown) {
      this.#report(message, thrown);
      return undefined;
    }
  }

  /** Tells the client what was not done. */
  refuse(documentId: string, error: CollaborationError): void {
    this.#faults.count(error);
    this.outbox.writeOne(errorMessage(documentId, error, this.services.clock.now()));
    this.#settle();
  }

  /** The client has gone, or is to go: its sessions are over, its updates still get their acknowledgements. */
  close(): void {
    this.#state = 'closed';
    this.services.collaboration.disconnect(this.connection);
  }

  #acknowledge(tickets: readonly Ticket[]): void {
    const now = this.services.clock.now();
    for (const ticket of tickets) this.outbox.writeOne(acknowledgementMessage(ticket, now));
    this.#settle();
  }

  #settle(): void {
    if (this.isSettled) this.#listener.settled();
  }

  #report(message: ClientMessage | Undecodable, thrown: unknown): void {
    const { logger, metrics } = this.services;
    const error = CollaborationError.from(thrown);
    const ids = 'document_id' in message ? message : { document_id: '', client_id: '' };
    const documentId = wellFormed(ids.document_id.slice(0, MAX_ECHO));
    if (error.kind === 'internal') {
      const client = wellFormed(ids.client_id.slice(0, MAX_ECHO));
      const fields = { connection: this.connection.id, document: documentId, client, err: thrown };
      logger.error(fields, `A gRPC message failed: ${message.message_type ?? 'none'}`);
    }
    metrics.refused(error.kind);
    if (error.kind === 'unauthenticated') this.#listener.unauthenticated(error);
    else this.refuse(documentId, error);
  }
}
