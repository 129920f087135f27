import { CollaborationError } from '../../domain/errors.ts';
import { Allowance, type AllowanceServices, type Party } from './allowance.ts';
import { rateLimited } from './rate-limited.ts';
import type { ConnectionCounts } from './rates.ts';
import { chargeRequest, type Requester } from './requests.ts';

/** The connections of one address; one object for all of them. */
interface Visitors {
  readonly address: string | undefined;
  connections: number;
}

/** A connection that was let in. It counts until it is left, once. */
export interface Entry {
  /** None: unknown, or a trusted proxy's own. */
  readonly address: string | undefined;
}

/** Milliseconds after which a client that found no room may try again. */
const RETRY = 10_000;

/** Who may connect, ask and send, and how much of it. */
export class Admission {
  readonly #services: AllowanceServices;
  readonly #counts: ConnectionCounts;
  readonly #byAddress = new Map<string, Visitors>();
  #connections = 0;

  constructor(services: AllowanceServices, counts: ConnectionCounts) {
    this.#services = services;
    this.#counts = counts;
  }

  get connections(): number {
    return this.#connections;
  }

  /** Addresses with connections. */
  get addresses(): number {
    return this.#byAddress.size;
  }

  /**
   * Counts a connection.
   * @throws CollaborationError `unavailable` when there are too many in all · `rate-limited` when of this address
   */
  enter(address: string | undefined): Entry {
    const { maxConnections, maxConnectionsPerAddress } = this.#counts;
    const { metrics } = this.#services;
    if (this.#connections >= maxConnections) {
      metrics.limitReached('MAX_CONNECTIONS');
      throw new CollaborationError('unavailable', 'The server has as many connections as it may; try again later.');
    }
    const known = address === undefined ? undefined : this.#byAddress.get(address);
    const visitors = known ?? { address, connections: 0 };
    if (address !== undefined && visitors.connections >= maxConnectionsPerAddress) {
      metrics.limitReached('MAX_CONNECTIONS_PER_ADDRESS');
      throw rateLimited('Too many connections from this address', RETRY);
    }
    if (address !== undefined && known === undefined) this.#byAddress.set(address, visitors);
    visitors.connections++;
    this.#connections++;
    return visitors;
  }

  leave(entry: Entry): void {
    const visitors = entry as Visitors;
    visitors.connections--;
    this.#connections--;
    if (visitors.connections === 0 && visitors.address !== undefined) this.#byAddress.delete(visitors.address);
  }

  /** Counts a handshake or a request. @throws CollaborationError `rate-limited`, which says for how long */
  request(who: Requester): Promise<void> {
    return chargeRequest(this.#services, who);
  }

  /** What a connection may send. */
  allowance(party: Party): Allowance {
    return new Allowance(this.#services, party);
  }
}
