import type { Metadata } from '@grpc/grpc-js';
import type { ClientAddresses } from '../shared/client-addresses.ts';
import type { ClientMessage, Undecodable } from './messages.ts';

interface Call {
  readonly metadata: Metadata;
  getPeer(): string;
}

/** Where a call comes from: whole, and as the key under which it is limited. */
export function originOf(call: Call, addresses: ClientAddresses): { address?: string; key?: string } {
  const peer = addressOf(call.getPeer());
  const forwarded = call.metadata.get('x-forwarded-for').map(String);
  const [address, key] = [addresses.clientOf(peer, forwarded), addresses.keyOf(peer, forwarded)];
  return { ...(address === undefined ? {} : { address }), ...(key === undefined ? {} : { key }) };
}

/** gRPC says `address:port`, also of an IPv6 address, or `unknown`. */
function addressOf(peer: string): string | undefined {
  const cut = peer.lastIndexOf(':');
  return cut > 0 ? peer.slice(0, cut) : undefined;
}

/** About the bytes of a message: it was decoded already. */
export function sizeOf(message: ClientMessage | Undecodable): number {
  switch (message.message_type) {
    case 'update':
      return message.update.update_data.byteLength;
    case 'sync_request':
      return message.sync_request.state_vector.byteLength;
    case 'awareness':
      return message.awareness.awareness_state.length + message.awareness.user_info.length;
    case 'join_document':
    case 'leave_document':
    case 'heartbeat':
    case 'undecodable':
    case undefined:
      return 0;
  }
}
