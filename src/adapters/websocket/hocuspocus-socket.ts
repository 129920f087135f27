import { Stranger } from '../../application/connection/stranger.ts';
import type { DoorServices } from './door-services.ts';
import type { HocuspocusSocket } from './protocols/hocuspocus/hocuspocus-socket.ts';
import type { SocketConnection } from './socket-connection.ts';
import { credentialsOf, type RemoteEnd } from './token.ts';

/** A connection as the Hocuspocus protocol sees it. */
export function hocuspocusSocket(connection: SocketConnection, door: DoorServices, end: RemoteEnd): HocuspocusSocket {
  const { collaboration, expiries, limits, clock, metrics } = door;
  const { principal, id, allowance } = connection.connection;
  return {
    collaboration,
    expiries,
    limits,
    clock,
    allowance,
    id,
    outbox: connection.outbox,
    principal: principal instanceof Stranger ? undefined : principal,
    authenticate: (token) => door.authenticator.authenticate(credentialsOf(token, end)),
    close: (error) => connection.close(error),
    closeWith: (code, reason) => connection.closeWith(code, reason),
    countFault: (error) => connection.countFault(error),
    countRefusal: (error) => metrics.refused(error.kind),
    translate: (thrown) => connection.translate(thrown),
  };
}
