import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { fastifyStatic } from '@fastify/static';
import { type FastifyHttpOptions, type FastifyInstance, fastify } from 'fastify';
import { answerBadRequests } from './bad-requests.ts';
import { documentRoutes } from './document-routes.ts';
import { type Health, healthRoutes } from './health-routes.ts';
import { limitRequests, type RequestLimits } from './request-limits.ts';
import type { RouteServices } from './route-services.ts';
import { statelessRoutes } from './stateless-routes.ts';
import { ySweetRoutes } from './y-sweet-routes.ts';

/** What takes over the connections that ask for an upgrade. */
export interface Upgrades {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
  terminate(): void;
  readonly openConnections: number;
}

/** What Node holds every request to. */
interface HttpLimits {
  /** Milliseconds until the headers have come, and the whole request. */
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly maxHeaderBytes: number;
  /** TCP connections. */
  readonly maxConnections: number;
}

export interface HttpDoorOptions extends RouteServices {
  readonly httpLimits: HttpLimits;
  readonly upgrades: Upgrades;
  readonly health: Health;
  readonly metrics: RequestLimits['metrics'] & { readonly contentType: string; text(): Promise<string> };
  /** The folder with the built pages; none: they are not served. */
  readonly pages: string | undefined;
}

/** The HTTP door: health, metrics, documents to look at, the demo page, and the upgrades to WebSockets. */
export class HttpDoor {
  readonly #app: FastifyInstance;
  readonly #upgrades: Upgrades;

  constructor(options: HttpDoorOptions) {
    this.#upgrades = options.upgrades;
    this.#app = fastify(serverOptions(options));
    this.#app.server.maxConnections = options.httpLimits.maxConnections;
    this.#app.server.maxHeadersCount = MOST_HEADERS;
    limitRequests(this.#app, options);
    healthRoutes(this.#app, options.health);
    documentRoutes(this.#app, options);
    statelessRoutes(this.#app, options);
    ySweetRoutes(this.#app, options);
    this.#app.get('/metrics', async (_request, reply) =>
      reply.type(options.metrics.contentType).send(await options.metrics.text()),
    );
    if (options.pages !== undefined) this.#pages(options.pages);
    this.#app.server.on('upgrade', (request, socket, head) => this.#upgrades.upgrade(request, socket, head));
  }

  get openConnections(): number {
    return this.#upgrades.openConnections;
  }

  async listen({
    host,
    port,
  }: {
    readonly host: string;
    readonly port: number;
  }): Promise<{ host: string; port: number }> {
    await this.#app.listen({ host, port });
    const bound = this.#app.server.address() as AddressInfo;
    return { host: bound.address, port: bound.port };
  }

  drain(): void {
    this.#app.server.close();
    this.#upgrades.close();
  }

  async close(): Promise<void> {
    this.#upgrades.terminate();
    await this.#app.close();
  }

  #pages(root: string): void {
    this.#app.register(fastifyStatic, {
      root,
      prefix: '/demo/',
      setHeaders: (reply) => {
        reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
        reply.header('x-content-type-options', 'nosniff');
        reply.header('referrer-policy', 'no-referrer');
      },
    });
    this.#app.get('/demo', (request, reply) => {
      const query = request.url.indexOf('?');
      return reply.redirect(`/demo/${query < 0 ? '' : request.url.slice(query)}`);
    });
  }
}

const MOST_HEADERS = 100;

function serverOptions({ httpLimits, metrics }: HttpDoorOptions): FastifyHttpOptions<HttpServer> {
  const { headersTimeout, requestTimeout, maxHeaderBytes } = httpLimits;
  // Node looks for slow requests only so often.
  const connectionsCheckingInterval = Math.max(50, Math.min(headersTimeout, requestTimeout) / 4);
  return {
    logger: false,
    forceCloseConnections: true,
    bodyLimit: 1024 * 1024,
    requestTimeout: Math.max(headersTimeout, requestTimeout),
    clientErrorHandler: answerBadRequests(metrics),
    http: { headersTimeout, maxHeaderSize: maxHeaderBytes, connectionsCheckingInterval },
  };
}

/** Everything the page needs comes from this server. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ');
