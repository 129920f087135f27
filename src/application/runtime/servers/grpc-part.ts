import type { GrpcServices } from '../../../adapters/grpc/services.ts';
import type { Address } from '../config/values.ts';
import type { Part } from '../lifecycle.ts';
import { GrpcServer, type GrpcServerOptions } from './grpc.ts';

/** The gRPC server as a part that starts and stops with the others. */
export class GrpcPart implements Part {
  readonly name = 'grpc';
  readonly #services: GrpcServices;
  readonly #server: GrpcServer;
  #bound: Address | undefined;

  constructor(services: GrpcServices, options: GrpcServerOptions) {
    this.#services = services;
    this.#server = new GrpcServer(services, options);
  }

  /** Where it listens: the port that the system chose, where the configured one is 0. */
  get bound(): Address {
    if (this.#bound === undefined) throw new Error('The gRPC server does not listen.');
    return this.#bound;
  }

  async start(): Promise<void> {
    this.#bound = await this.#server.start();
    this.#services.logger.info({ ...this.#bound }, 'gRPC is served');
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}
