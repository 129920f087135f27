import type { Metadata } from '@grpc/grpc-js';
import type { Credentials } from '../../application/ports/authenticator.ts';
import { bearerToken } from '../shared/bearer-token.ts';

interface Call {
  readonly metadata: Metadata;
}

/** The bearer token of the `authorization` metadata. @param remoteAddress where the call comes from */
export function credentialsOf(call: Call, remoteAddress: string | undefined): Credentials {
  const [header] = call.metadata.get('authorization');
  return { token: bearerToken(typeof header === 'string' ? header : undefined), remoteAddress };
}
