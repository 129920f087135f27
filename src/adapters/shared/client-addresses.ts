import { type BlockList, isIP } from 'node:net';

/** Headers further back than this are somebody's joke. */
const MOST_HOPS = 32;

/**
 * Where a client really is: what proxies say is believed only of those that are trusted, and only as far as each hop is
 * one of them.
 */
export class ClientAddresses {
  readonly #trusted: BlockList;

  constructor(trustedProxies: BlockList) {
    this.#trusted = trustedProxies;
  }

  /**
   * The key under which a client's address is limited: IPv4 whole, of IPv6 the first 64 bits, for a client has all of
   * them. None where it is not known, or is a trusted proxy's own.
   * @param peer the other end of the connection
   * @param forwardedFor the `X-Forwarded-For` header; each proxy adds whom it was asked by on the right
   */
  keyOf(peer: string | undefined, forwardedFor: string | readonly string[] | undefined): string | undefined {
    const client = this.clientOf(peer, forwardedFor);
    return client === undefined || this.#isTrusted(client) ? undefined : keyOf(client);
  }

  /** The rightmost address that is no trusted proxy; where all are, the leftmost. */
  clientOf(peer: string | undefined, forwardedFor: string | readonly string[] | undefined): string | undefined {
    let client = normal(peer);
    if (client === undefined || forwardedFor === undefined || !this.#isTrusted(client)) return client;
    const hops = String(forwardedFor).split(',').slice(-MOST_HOPS);
    for (const hop of hops.toReversed()) {
      const address = normal(withoutPort(hop.trim()));
      // What stands left of nonsense was written by whoever wrote the nonsense.
      if (address === undefined) return client;
      client = address;
      if (!this.#isTrusted(client)) return client;
    }
    return client;
  }

  #isTrusted(address: string): boolean {
    return this.#trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
}

/** Some proxies write `1.2.3.4:567` and `[::1]:567`. */
function withoutPort(hop: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(hop);
  if (bracketed !== null) return bracketed[1] ?? hop;
  return /^[\d.]+:\d+$/.test(hop) ? hop.slice(0, hop.lastIndexOf(':')) : hop;
}

/** Without zone; an IPv4 address that came in over an IPv6 socket as what it is. */
function normal(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  const plain = mapped ?? bare;
  return isIP(plain) === 0 ? undefined : plain;
}

function keyOf(address: string): string {
  return isIP(address) === 6 ? `${firstGroups(address).join(':')}::/64` : address;
}

/** The first four groups of an IPv6 address, written out. */
function firstGroups(address: string): readonly string[] {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  // An IPv4 address at the end stands for two groups.
  const length = (groups: readonly string[]) => groups.length + (groups.at(-1)?.includes('.') === true ? 1 : 0);
  const zeros = tail === undefined ? 0 : 8 - length(before) - length(after);
  const groups = [...before, ...Array<string>(Math.max(0, zeros)).fill('0'), ...after];
  return groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
}
