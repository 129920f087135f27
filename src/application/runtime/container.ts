import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HttpDoor } from '../../adapters/http/http-door.ts';
import type { GateServices } from '../../adapters/shared/gate-services.ts';
import { WebSocketDoor } from '../../adapters/websocket/door.ts';
import type { UpdateLog } from '../../domain/repositories/update-log.ts';
import { SystemClock } from '../../infrastructure/clock/system-clock.ts';
import { WorkerCompactor } from '../../infrastructure/compaction/worker-compactor.ts';
import { WorkerDocumentHost } from '../../infrastructure/hosting/worker-document-host.ts';
import { PrometheusMetrics } from '../../infrastructure/metrics/prometheus/prometheus-metrics.ts';
import { GuardedAuthenticator } from '../admission/guarded-authenticator.ts';
import type { Collaboration } from '../collaboration.ts';
import { Expiries } from '../connection/expiries.ts';
import type { Limits } from '../limits.ts';
import type { Authenticator } from '../ports/authenticator.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentHost } from '../ports/document-host.ts';
import type { DocumentWorker } from '../ports/document-worker.ts';
import type { Logger } from '../ports/logger.ts';
import { createAuthenticator } from './authentication.ts';
import { BackgroundTasks } from './background-tasks.ts';
import type { Settings } from './config/keys.ts';
import { createCore } from './core.ts';
import { Doors } from './doors.ts';
import { createGate } from './gate.ts';
import { HealthReport } from './health-report.ts';
import { Lifecycle } from './lifecycle.ts';
import { limitsOf } from './limits-of.ts';
import { warnOfOpenDoors } from './open-door-warning.ts';
import { ROOT } from './package-root.ts';
import { GrpcPart } from './servers/grpc-part.ts';
import { HttpServer } from './servers/http.ts';
import { openStore } from './store.ts';
import { tokenIssuer } from './token-issuer.ts';

/** Parts that a test replaces. */
export interface Overrides {
  readonly log?: UpdateLog;
  readonly clock?: Clock;
  readonly authenticator?: Authenticator;
  readonly compactor?: DocumentWorker;
  readonly worker?: DocumentWorker;
  readonly host?: DocumentHost;
}

/** A server that is wired and not started. */
export interface Server {
  readonly lifecycle: Lifecycle;
  /** Where it listens, once started; none where the door is disabled. */
  readonly http: HttpServer | undefined;
  readonly grpc: GrpcPart | undefined;
}

/** Wires the server, top to bottom. @throws Error when the store cannot be opened */
export async function createServer(settings: Settings, logger: Logger, overrides: Overrides = {}): Promise<Server> {
  const clock = overrides.clock ?? new SystemClock();
  const compactor = overrides.compactor ?? new WorkerCompactor();
  const worker = overrides.worker ?? new WorkerCompactor();
  const host = overrides.host ?? new WorkerDocumentHost();
  // Before the store is opened: a wrong key file leaves nothing behind.
  const unguarded = overrides.authenticator ?? (await createAuthenticator(settings, { clock, logger }));
  warnOfOpenDoors(settings, logger);
  const metrics = new PrometheusMetrics();
  const log = overrides.log ?? (await openStore(settings, { clock, logger, metrics }));
  const limits = limitsOf(settings);
  const authenticator = new GuardedAuthenticator(unguarded, limits, clock, metrics);
  const gate = createGate(settings, { clock, logger, metrics });
  const core = createCore(settings, { log, compactor, worker, host, limits, clock, logger, metrics });
  const { collaboration, rooms, storage } = core;
  const expiries = new Expiries();
  const background = new BackgroundTasks(
    { collaboration, rooms, expiries, clock },
    {
      sessionTimeout: settings.SESSION_TIMEOUT_MS,
      roomIdle: settings.ROOM_IDLE_MS,
    },
  );
  const common = { collaboration, authenticator, expiries, limits, clock, logger, metrics };
  const services: DoorServices = { ...common, ...gate.services };
  const state = new HealthReport(core);
  const grpc = settings.ENABLE_GRPC ? grpcServer(settings, services) : undefined;
  const http = settings.ENABLE_HTTP ? httpServer(settings, services, state) : undefined;
  const lifecycle = new Lifecycle([
    storage,
    gate,
    background,
    new Doors([grpc, http].filter((door) => door !== undefined)),
  ]);
  state.watch(lifecycle);
  return { lifecycle, http, grpc };
}

interface DoorServices extends GateServices {
  readonly collaboration: Collaboration;
  readonly authenticator: Authenticator;
  readonly expiries: Expiries;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: PrometheusMetrics;
}

function grpcServer(settings: Settings, services: DoorServices): GrpcPart {
  const keepalive = { keepaliveTime: settings.PING_INTERVAL_MS, keepaliveTimeout: settings.PING_INTERVAL_MS };
  const shutdownGrace = settings.SHUTDOWN_TIMEOUT_MS;
  return new GrpcPart(services, { address: settings.GRPC_ADDR, shutdownGrace, ...keepalive });
}

function httpServer(settings: Settings, services: DoorServices, health: HealthReport): HttpServer {
  const timing = { pingInterval: settings.PING_INTERVAL_MS, keepAliveInterval: KEEP_ALIVE_INTERVAL };
  const upgrades = new WebSocketDoor({ ...services, timing, tokenTimeout: settings.AUTH_TIMEOUT_MS });
  const pages = existsSync(PAGES) ? PAGES : undefined;
  const httpLimits = {
    headersTimeout: settings.HANDSHAKE_TIMEOUT_MS,
    requestTimeout: settings.REQUEST_TIMEOUT_MS,
    maxHeaderBytes: settings.MAX_HEADER_BYTES,
    // Room for those who ask how the server is when it has no more for WebSockets.
    maxConnections: settings.MAX_CONNECTIONS + 1_000,
  };
  const issuer = tokenIssuer(settings, services.clock);
  const door = new HttpDoor({
    ...services,
    upgrades,
    health,
    pages,
    httpLimits,
    tokenIssuer: issuer,
    publicUrl: settings.PUBLIC_URL,
  });
  const { logger } = services;
  return new HttpServer(door, { address: settings.HTTP_ADDR, shutdownTimeout: settings.SHUTDOWN_TIMEOUT_MS, logger });
}

/** y-websocket contract: an idle socket gets a data frame at least every 15 s. */
const KEEP_ALIVE_INTERVAL = 14_000;

const PAGES = fileURLToPath(new URL('dist/web/', ROOT));
