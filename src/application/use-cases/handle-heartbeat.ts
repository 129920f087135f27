import type { ClientConnection } from '../connection/client-connection.ts';
import type { RoomMember } from '../room/room-member.ts';
import type { UseCaseContext } from './context.ts';

/** The client says it is there. */
export function handleHeartbeat({ clock }: UseCaseContext, member: RoomMember): void {
  member.session.updateLastSeen(clock.now());
}

/** Its transport answered a ping: every session of it is alive, though the client may have nothing to say. */
export function handleTransportAlive({ clock }: UseCaseContext, connection: ClientConnection): void {
  const now = clock.now();
  for (const { session } of connection.members) session.updateLastSeen(now);
}
