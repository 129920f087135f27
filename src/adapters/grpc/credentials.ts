import type { Metadata } from '@grpc/grpc-js';
import type { Credentials } from '../../application/ports/authenticator.ts';

interface Call {
  readonly metadata: Metadata;
  getPeer(): string;
}

/** RFC 6750, section 2.1; schemes are case-insensitive. */
const BEARER = /^Bearer +(\S+) *$/i;

/** The bearer token of the `authorization` metadata, and where the call comes from. */
export function credentialsOf(call: Call): Credentials {
  const [header] = call.metadata.get('authorization');
  const token = typeof header === 'string' ? BEARER.exec(header)?.[1] : undefined;
  return { token, remoteAddress: addressOf(call.getPeer()) };
}

/** gRPC says `address:port`, also of an IPv6 address, or `unknown`. */
function addressOf(peer: string): string | undefined {
  const cut = peer.lastIndexOf(':');
  return cut > 0 ? peer.slice(0, cut) : undefined;
}
