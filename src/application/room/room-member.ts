import type { CollaborationSession } from '../../domain/entities/collaboration-session.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { ClientConnection } from '../connection/client-connection.ts';
import type { Room } from './room.ts';
import type { RoomBatch } from './room-batch.ts';

/** How a room reaches one of its sessions. Nothing here throws or blocks. */
export interface SessionSink {
  /** What happened in one tick; called with a batch the session has part in or not, which `encodedFor` tells apart. */
  deliver(batch: RoomBatch, member: RoomMember): void;
  /** An update was not taken. */
  refuse(error: CollaborationError): void;
  /** An update of the client needs others that the server lacks: ask for what this state vector lacks (sync step 1). */
  requestSync(stateVector: Uint8Array): void;
  /** The session is over, on the server's side; the room has let go of it. */
  end(error: CollaborationError): void;
}

/** A session that is in a room. */
export interface RoomMember {
  readonly room: Room;
  readonly connection: ClientConnection;
  /** Replaced when a newer token allows something else. */
  access: 'read' | 'write';
  readonly sink: SessionSink;
  /** Replaced when an anonymous session says who it is. */
  session: CollaborationSession;
}

/** Why the session may change nothing in the document; none: it may. */
export function whyReadOnly({ access, room: { condition } }: RoomMember): CollaborationError | undefined {
  if (access === 'read') return new CollaborationError('forbidden', 'This session may only read.');
  return condition.kind === 'quarantined' ? condition.notice : undefined;
}
