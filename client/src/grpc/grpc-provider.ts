import type { ChannelCredentials } from '@grpc/grpc-js';
import type { ProviderOptions } from '../core/options.ts';
import { Provider } from '../core/provider.ts';
import { GrpcConnection } from './grpc-connection.ts';
import { targetOf } from './service.ts';

export interface GrpcProviderOptions extends ProviderOptions {
  /** `localhost:8081`; with `https://` before it over TLS. */
  readonly url: string;
  /** Where TLS needs more than the system's certificates. */
  readonly credentials?: ChannelCredentials | undefined;
  /** What the server tells the others beside the user, up to its limits. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** A provider for Node: services, agents and bots edit beside people, with a name and a cursor like theirs. */
export class GrpcProvider extends Provider {
  /** @throws TypeError for an address that is none */
  constructor(options: GrpcProviderOptions) {
    const { url, credentials, user, metadata = {}, doc } = options;
    const target = targetOf(url, credentials);
    const clientId = String(doc.clientID);
    const name = user?.name ?? '';
    const userId = user?.id ?? (name === '' ? clientId : name);
    const identity = { clientId, userId, name, color: user?.color ?? '', metadata };
    super({ connect: (dial) => new GrpcConnection(target, identity, dial) }, options);
  }
}
