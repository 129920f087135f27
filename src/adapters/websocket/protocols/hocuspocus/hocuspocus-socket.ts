import type { Collaboration } from '../../../../application/collaboration.ts';
import type { ClientConnection } from '../../../../application/connection/client-connection.ts';
import type { Expiries } from '../../../../application/connection/expiries.ts';
import type { Limits } from '../../../../application/limits.ts';
import type { Principal } from '../../../../application/ports/authenticator.ts';
import type { Clock } from '../../../../application/ports/clock.ts';
import type { CollaborationError } from '../../../../domain/errors.ts';
import type { Outbox } from '../../../shared/outbox.ts';

/** What the protocol needs of the socket it is spoken on. */
export interface HocuspocusSocket {
  readonly collaboration: Collaboration;
  readonly expiries: Expiries;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly outbox: Outbox;
  /** What the socket may still open. */
  readonly allowance: ClientConnection['allowance'];
  /** For the log. */
  readonly id: string;
  /** Who opened the socket; none where no credentials came with it and some are demanded. */
  readonly principal: Principal | undefined;
  /** @throws CollaborationError as `Authenticator.authenticate` */
  authenticate(token: string): Promise<Principal>;
  /** Ends the socket with the error's close code. */
  close(error: CollaborationError): void;
  /** Ends the socket with a close code of the protocol's own. */
  closeWith(code: number, reason: string): void;
  /** Counts a message that was refused after it had been received. */
  countFault(error: CollaborationError): void;
  /** Something was refused that is no fault of the client's program. */
  countRefusal(error: CollaborationError): void;
  /** What was thrown, as an error that a client may be told. */
  translate(thrown: unknown): CollaborationError;
}
