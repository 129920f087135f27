import { fileURLToPath } from 'node:url';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { protoPath as healthProto } from 'grpc-health-check';
import type { ClientMessage, ServerMessage, Undecodable } from './messages.ts';

/** Full name of the service, as health checks and reflection spell it. */
export const SERVICE_NAME = 'collaboration.CollaborationService';

/** idl/ lies in the package's root, src/ and dist/ beside it. */
const IDL = fileURLToPath(new URL('../../../idl/collaboration.proto', import.meta.url));

const OPTIONS = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true } as const;

const collaboration = loadSync(IDL, OPTIONS);

/** Everything that reflection tells clients of. */
export const reflected: PackageDefinition = { ...collaboration, ...loadSync(healthProto, OPTIONS) };

const loaded = collaboration[SERVICE_NAME] as unknown as ServiceDefinition;
const collaborate = loaded.Collaborate as MethodDefinition<ClientMessage, ServerMessage>;

/**
 * The service, with a `Collaborate` that takes messages which are encoded already (the same bytes go to many streams)
 * and hands over what does not decode: gRPC itself would end the stream.
 */
export const collaborationService: ServiceDefinition = {
  ...loaded,
  Collaborate: { ...collaborate, requestDeserialize: decodeClientMessage, responseSerialize: asBuffer },
} as ServiceDefinition;

export function encodeServerMessage(message: ServerMessage): Uint8Array {
  return collaborate.responseSerialize(message);
}

function decodeClientMessage(bytes: Buffer): ClientMessage | Undecodable {
  try {
    return collaborate.requestDeserialize(bytes);
  } catch {
    return { message_type: 'undecodable' };
  }
}

function asBuffer(encoded: Uint8Array): Buffer {
  return Buffer.isBuffer(encoded) ? encoded : Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
}
