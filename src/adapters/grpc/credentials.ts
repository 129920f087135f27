import type { Metadata } from '@grpc/grpc-js';
import type { Credentials } from '../../application/ports/authenticator.ts';
import { bearerToken } from '../shared/bearer-token.ts';

interface Call {
  readonly metadata: Metadata;
  getPeer(): string;
}

/** The bearer token of the `authorization` metadata, and where the call comes from. */
export function credentialsOf(call: Call): Credentials {
  const [header] = call.metadata.get('authorization');
  const token = bearerToken(typeof header === 'string' ? header : undefined);
  return { token, remoteAddress: addressOf(call.getPeer()) };
}

/** gRPC says `address:port`, also of an IPv6 address, or `unknown`. */
function addressOf(peer: string): string | undefined {
  const cut = peer.lastIndexOf(':');
  return cut > 0 ? peer.slice(0, cut) : undefined;
}
