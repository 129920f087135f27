import { type ChannelOptions, logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { GrpcDoor } from '../../../adapters/grpc/grpc-door.ts';
import type { GrpcServices } from '../../../adapters/grpc/services.ts';

export interface GrpcAddress {
  /** A name or an IP address, IPv6 without brackets. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface GrpcServerOptions {
  readonly address: GrpcAddress;
  /** Bytes; a longer message ends its stream with `RESOURCE_EXHAUSTED`. */
  readonly maxReceiveBytes?: number;
  /** Calls at once on one connection; further ones wait at the client. */
  readonly maxStreamsPerConnection?: number;
  /** Milliseconds between pings, and how long the answer may take: a dead peer is found after their sum. */
  readonly keepaliveTime?: number;
  readonly keepaliveTimeout?: number;
  /** Milliseconds that streams get to end when the server stops. */
  readonly shutdownGrace?: number;
}

const DEFAULTS = {
  maxReceiveBytes: 64 * 1024 * 1024,
  maxStreamsPerConnection: 10_000,
  keepaliveTime: 30_000,
  keepaliveTimeout: 10_000,
  shutdownGrace: 5_000,
} as const;

/** Milliseconds after which a connection without calls is closed; a client that has one to make connects again. */
const IDLE = 5 * 60_000;

/** The gRPC server of this node: unencrypted, for TLS ends at the proxy. */
export class GrpcServer {
  readonly #services: GrpcServices;
  readonly #options: GrpcServerOptions & typeof DEFAULTS;
  readonly #door: GrpcDoor;
  readonly #server: Server;

  constructor(services: GrpcServices, options: GrpcServerOptions) {
    this.#services = services;
    this.#options = { ...DEFAULTS, ...options } as GrpcServerOptions & typeof DEFAULTS;
    // It writes lines of its own to standard error, beside the log and without its form.
    setLogVerbosity(logVerbosity.NONE);
    this.#server = new Server(channelOptions(this.#options));
    this.#door = new GrpcDoor(services);
    this.#door.addTo(this.#server);
    services.metrics.gauge('collaboration_grpc_streams', 'Open Collaborate streams', () => this.#door.streamCount);
  }

  /** Listens. @returns the address with the port it got. @throws Error when the address cannot be had. */
  start(): Promise<GrpcAddress> {
    const { host, port } = this.#options.address;
    const target = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(target, ServerCredentials.createInsecure(), (cause, bound) => {
        if (cause === null) resolve({ host, port: bound });
        else reject(new Error(`The gRPC address ${target} cannot be had: ${cause.message}`, { cause }));
      });
    });
  }

  /** Takes no more connections, ends the streams, and cuts off whoever is still there after `shutdownGrace`. */
  async stop(): Promise<void> {
    this.#door.close();
    await new Promise<void>((resolve) => {
      const late = this.#services.clock.after(this.#options.shutdownGrace, () => {
        this.#server.forceShutdown();
        resolve();
      });
      this.#server.tryShutdown(() => {
        late.stop();
        resolve();
      });
    });
  }
}

function channelOptions(options: GrpcServerOptions & typeof DEFAULTS): ChannelOptions {
  return {
    'grpc.max_receive_message_length': options.maxReceiveBytes,
    'grpc.max_concurrent_streams': options.maxStreamsPerConnection,
    'grpc.keepalive_time_ms': options.keepaliveTime,
    'grpc.keepalive_timeout_ms': options.keepaliveTimeout,
    'grpc.keepalive_permit_without_calls': 1,
    'grpc.max_connection_idle_ms': IDLE,
  };
}
