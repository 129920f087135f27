import type { ChannelCredentials } from '@grpc/grpc-js';
import type { ProviderOptions } from '../core/options.ts';
import { Provider } from '../core/provider.ts';
import { GrpcConnection } from './grpc-connection.ts';
import { targetOf } from './service.ts';

const PING_INTERVAL = 15_000;

export interface GrpcProviderOptions extends ProviderOptions {
  /** `localhost:8081`; with `https://` before it over TLS. */
  readonly url: string;
  /** Where TLS needs more than the system's certificates. */
  readonly credentials?: ChannelCredentials | undefined;
  /** Milliseconds between two pings that find out whether the server is still there; by default 15,000. */
  readonly pingInterval?: number | undefined;
  /** What the server tells the others beside the user, up to its limits. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** A provider for Node: services, agents and bots edit beside people, with a name and a cursor like theirs. */
export class GrpcProvider extends Provider {
  /** @throws TypeError for an address that is none */
  constructor(options: GrpcProviderOptions) {
    const { url, credentials, user, metadata = {}, pingInterval = PING_INTERVAL, doc } = options;
    const target = targetOf(url, credentials, pingInterval);
    const clientId = String(doc.clientID);
    const name = user?.name ?? '';
    const userId = user?.id ?? (name === '' ? clientId : name);
    const identity = { clientId, userId, name, color: user?.color ?? '', metadata };
    super({ connect: (dial) => new GrpcConnection(target, identity, dial) }, options);
  }
}
