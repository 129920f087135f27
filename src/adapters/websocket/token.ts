import type { IncomingMessage } from 'node:http';
import type { Credentials } from '../../application/ports/authenticator.ts';
import { bearerToken } from '../shared/bearer-token.ts';

/** What a subprotocol begins with that carries a token: a browser cannot set a header. */
const TOKEN_PROTOCOL = 'token.';

/**
 * The token of an upgrade: of the `Authorization` header, else of a subprotocol `token.<token>`, else of `?token=`.
 * @param inQuery the last of them
 */
export function tokenOf(
  request: IncomingMessage,
  offeredProtocols: readonly string[],
  inQuery: string | undefined,
): string | undefined {
  const offered = offeredProtocols.find(carriesToken)?.slice(TOKEN_PROTOCOL.length);
  return bearerToken(request.headers.authorization) ?? offered ?? inQuery;
}

/** The other end of a socket. */
export interface RemoteEnd {
  readonly remoteAddress?: string | undefined;
}

/** The first subprotocol that is no token, so that none comes back; a client that offers nothing else wants that one. */
export function selectProtocol(offered: readonly string[]): string | undefined {
  return offered.find((each) => !carriesToken(each)) ?? offered[0];
}

/** What an authenticator looks at. */
export function credentialsOf(token: string | undefined, socket: RemoteEnd): Credentials {
  return {
    token,
    // Asked of the system, so only where somebody wants to know.
    get remoteAddress() {
      return socket.remoteAddress;
    },
  };
}

function carriesToken(protocol: string): boolean {
  return protocol.startsWith(TOKEN_PROTOCOL);
}
