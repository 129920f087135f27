import type { ScannedUpdate } from '../../domain/entities/integration.ts';
import type { Ticket } from '../connection/acknowledgements.ts';
import type { RoomMember } from './room-member.ts';

/** An update on its way into a document. */
export interface Submission extends ScannedUpdate {
  readonly member: RoomMember;
  readonly ticket: Ticket;
}

/** Its session ends along with its room and is told so; nobody is told of this update on its own. */
export function abandon({ ticket }: Submission): void {
  ticket.queue.refuse(ticket);
}
