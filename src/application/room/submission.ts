import type { ScannedUpdate } from '../../domain/entities/integration.ts';
import type { Ticket } from '../connection/acknowledgements.ts';
import type { RoomMember } from './room-member.ts';

/** An update on its way into a document. */
export interface Submission extends ScannedUpdate {
  readonly member: RoomMember;
  readonly ticket: Ticket;
}
