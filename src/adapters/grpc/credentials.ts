import type { Metadata } from '@grpc/grpc-js';
import type { Credentials } from '../../application/ports/authenticator.ts';

interface Call {
  readonly metadata: Metadata;
}

/** RFC 6750, section 2.1; schemes are case-insensitive. */
const BEARER = /^Bearer +(\S+) *$/i;

/** The bearer token of the `authorization` metadata. @param remoteAddress where the call comes from */
export function credentialsOf(call: Call, remoteAddress: string | undefined): Credentials {
  const [header] = call.metadata.get('authorization');
  const token = typeof header === 'string' ? BEARER.exec(header)?.[1] : undefined;
  return { token, remoteAddress };
}
