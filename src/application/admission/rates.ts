import type { LimitName } from '../ports/limit-name.ts';

/** What is allowed in a window. A message is one point, and one more for each KiB of it. */
export interface Rates {
  /** Points past which a connection is read slowly. */
  readonly connection: number;
  /** The same for all connections of a user, and of an address. */
  readonly user: number;
  readonly address: number;
  /** Times as many points past which messages are refused. */
  readonly hardFactor: number;
  /** Handshakes, joins and requests of a user, and of an address, past which they are refused. */
  readonly userRequests: number;
  readonly addressRequests: number;
}

export interface ConnectionCounts {
  /** WebSockets and gRPC streams, in all and of one address. */
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
}

/** Something that is counted against a limit. */
export interface Account {
  readonly limit: LimitName;
  readonly key: string;
  /** Where it is counted: on this node, or on all that share a Redis. */
  readonly where: 'local' | 'shared';
  readonly most: number;
}
