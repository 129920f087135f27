import { atEnd } from '../../support/clean-up.ts';
import { type RunningServer, startServer } from '../../support/server.ts';

/** A server with small limits; ends with the test. */
export async function limitedServer(...args: Parameters<typeof startServer>): Promise<RunningServer> {
  const server = await startServer(...args);
  atEnd(() => server.stop());
  return server;
}

/** Comes from this address, where the loopback is a trusted proxy. */
export const from = (address: string) => ({ 'x-forwarded-for': address });

export const BEHIND_PROXY = { TRUSTED_PROXIES: '127.0.0.0/8' };
