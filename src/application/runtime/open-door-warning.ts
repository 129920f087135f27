import { isIPv4 } from 'node:net';
import type { Logger } from '../ports/logger.ts';
import { isAuthenticationOn } from './authentication.ts';
import type { Settings } from './config/keys.ts';
import type { Address } from './config/values.ts';

/** Says so where everybody in the network may do everything. */
export function warnOfOpenDoors(settings: Settings, logger: Logger): void {
  if (isAuthenticationOn(settings)) return;
  const doors = [
    ...(settings.ENABLE_HTTP ? [settings.HTTP_ADDR] : []),
    ...(settings.ENABLE_GRPC ? [settings.GRPC_ADDR] : []),
  ];
  const open = doors.filter(({ host }) => !isLoopback(host));
  if (open.length === 0) return;
  logger.warn(
    { addresses: open.map(written) },
    'AUTHENTICATION IS OFF, and other machines can connect: everybody who can may read and write every document. ' +
      'Set AUTH_SECRET, AUTH_PUBLIC_KEY_FILE, AUTH_JWKS_URL or AUTH_WEBHOOK_URL (docs/authentication.md), or listen on ' +
      'this machine only: HTTP_ADDR=127.0.0.1:8080 GRPC_ADDR=127.0.0.1:8081',
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function written({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
