import type { Logger } from '../../ports/logger.ts';
import type { Address } from '../config/values.ts';
import type { Part } from '../lifecycle.ts';

interface Listener {
  listen(address: Address): Promise<Address>;
  /** No new connections; asks those that are there to go. */
  drain(): void;
  /** Ends whatever is left. */
  close(): Promise<void>;
  readonly openConnections: number;
}

export interface ServerOptions {
  readonly address: Address;
  /** Milliseconds that clients may take to go. */
  readonly shutdownTimeout: number;
  readonly logger: Logger;
}

const POLL = 20;

/** HTTP and WebSockets. */
export class HttpServer implements Part {
  readonly name = 'http';
  readonly #listener: Listener;
  readonly #options: ServerOptions;
  #bound: Address | undefined;

  constructor(listener: Listener, options: ServerOptions) {
    this.#listener = listener;
    this.#options = options;
  }

  /** Where it listens: the port that the system chose, where the configured one is 0. */
  get bound(): Address {
    if (this.#bound === undefined) throw new Error('The HTTP server does not listen.');
    return this.#bound;
  }

  async start(): Promise<void> {
    this.#bound = await this.#listener.listen(this.#options.address);
    this.#options.logger.info({ ...this.#bound }, 'HTTP and WebSockets are served');
  }

  async stop(): Promise<void> {
    this.#listener.drain();
    const deadline = Date.now() + this.#options.shutdownTimeout;
    while (this.#listener.openConnections > 0 && Date.now() < deadline) await pause(POLL);
    await this.#listener.close();
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
