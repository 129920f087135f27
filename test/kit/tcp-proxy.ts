import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * How clients are cut off. `refused`: connections are reset, new ones refused. `silent`: nothing passes any more, as when
 * a cable is pulled; connections stay, new ones open and hear nothing.
 */
export type CutOff = 'refused' | 'silent';

interface Pair {
  readonly client: Socket;
  readonly inner: Socket;
}

/** A port of the loopback that leads to a Unix socket. The port stays the same however often it is closed. */
export class TcpProxy {
  readonly port: number;
  readonly #path: string;
  readonly #pairs = new Set<Pair>();
  #server: Server;
  #isSilent = false;

  private constructor(server: Server, path: string) {
    this.port = (server.address() as AddressInfo).port;
    this.#path = path;
    this.#server = server;
    this.#serve();
  }

  static async open(path: string): Promise<TcpProxy> {
    return new TcpProxy(await listen(0), path);
  }

  async cutOff(how: CutOff): Promise<void> {
    if (how === 'silent') {
      if (this.#isSilent) return;
      this.#isSilent = true;
      for (const pair of this.#pairs) hold(pair);
      return;
    }
    const closed = this.#server.listening ? once(this.#server, 'close') : undefined;
    this.#server.close();
    for (const { client } of this.#pairs) client.resetAndDestroy();
    await closed;
  }

  /** What was held back while silent comes through now. */
  async reconnect(): Promise<void> {
    // Piped twice, everything would come twice.
    if (this.#isSilent) for (const pair of this.#pairs) pass(pair);
    this.#isSilent = false;
    if (this.#server.listening) return;
    this.#server = await listen(this.port);
    this.#serve();
  }

  #serve(): void {
    this.#server.on('connection', (client: Socket) => this.#accept(client));
  }

  #accept(client: Socket): void {
    const inner = connect({ path: this.#path, allowHalfOpen: true });
    const pair = { client, inner };
    this.#pairs.add(pair);
    client.on('error', () => inner.destroy());
    inner.on('error', () => client.resetAndDestroy());
    client.once('close', () => {
      this.#pairs.delete(pair);
      inner.destroy();
    });
    inner.once('close', () => client.destroy());
    if (!this.#isSilent) pass(pair);
  }
}

function pass({ client, inner }: Pair): void {
  client.pipe(inner);
  inner.pipe(client);
}

function hold({ client, inner }: Pair): void {
  client.unpipe();
  inner.unpipe();
}

async function listen(port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server.unref();
}
