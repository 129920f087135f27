import { status as Status, type StatusObject } from '@grpc/grpc-js';
import type { CollaborationError } from '../../domain/errors.ts';
import { wellFormed } from './well-formed.ts';

/** How an RPC ends. */
export type CallStatus = Pick<StatusObject, 'code' | 'details'>;

export const OK: CallStatus = { code: Status.OK, details: 'OK' };

/** The status of a failure. gRPC puts the details through `encodeURI`, which throws on half of a surrogate pair. */
export function statusOf({ failure, message }: CollaborationError): CallStatus {
  return { code: failure.grpcStatus, details: wellFormed(message) };
}
