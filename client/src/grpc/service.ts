import { fileURLToPath } from 'node:url';
import {
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ClientMessage, ServerMessage } from './messages.ts';

export type CollaborateCall = ClientDuplexStream<ClientMessage, ServerMessage>;

/** It ships with this package; src/ and dist/ lie as deep. */
const IDL = fileURLToPath(new URL('../../idl/collaboration.proto', import.meta.url));

/** Milliseconds that a server may take to answer a ping; after that it has vanished. */
const LONGEST_PING = 10_000;

const CHANNEL = {
  'grpc.keepalive_permit_without_calls': 0,
  // A document comes in one message, of any size.
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  // The provider decides when to try again; a channel shared with others would wait by its own rules.
  'grpc.enable_retries': 0,
  'grpc.use_local_subchannel_pool': 1,
};

let method: MethodDefinition<ClientMessage, ServerMessage> | undefined;

function collaborate(): MethodDefinition<ClientMessage, ServerMessage> {
  if (method !== undefined) return method;
  const definition = loadSync(IDL, { keepCase: true, longs: Number, defaults: true, oneofs: true });
  const service = definition['collaboration.CollaborationService'] as ServiceDefinition;
  method = service.Collaborate as MethodDefinition<ClientMessage, ServerMessage>;
  return method;
}

export interface Target {
  /** `host:port` */
  readonly address: string;
  readonly credentials: ChannelCredentials;
  /** Milliseconds. */
  readonly pingInterval: number;
}

/**
 * Where to call.
 * @param url `host:port`, or with `http:` or `grpc:` before it (no encryption), or with `https:` or `grpcs:` (TLS)
 */
export function targetOf(url: string, given: ChannelCredentials | undefined, pingInterval: number): Target {
  const [, scheme = '', address = ''] = /^(?:([a-z]+):\/\/)?([^/]+)\/?$/i.exec(url) ?? [];
  const encrypted = /^(https|grpcs)$/i.test(scheme);
  const known = scheme === '' || encrypted || /^(http|grpc)$/i.test(scheme);
  if (address === '' || !known) throw new TypeError(`"${url}" is no address of a gRPC server: host:port`);
  const byScheme = () => (encrypted ? credentials.createSsl() : credentials.createInsecure());
  return { address, credentials: given ?? byScheme(), pingInterval };
}

/** Calls `Collaborate` over a connection of its own. */
export function call(target: Target, token: string | undefined): { client: Client; stream: CollaborateCall } {
  const client = new Client(target.address, target.credentials, {
    ...CHANNEL,
    'grpc.keepalive_time_ms': target.pingInterval,
    'grpc.keepalive_timeout_ms': Math.min(LONGEST_PING, target.pingInterval),
  });
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  const { path, requestSerialize, responseDeserialize } = collaborate();
  const stream = client.makeBidiStreamRequest<ClientMessage, ServerMessage>(
    path,
    requestSerialize,
    responseDeserialize,
    metadata,
  );
  return { client, stream };
}
