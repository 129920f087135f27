import type { FastifyInstance } from 'fastify';

/** How the server is. */
export interface Health {
  readonly version: string;
  /** `failing`: the store does not take updates; `stopping`: the server is about to go. */
  readonly state: 'ready' | 'failing' | 'stopping';
  readonly documents: number;
  readonly sessions: number;
}

/**
 * `GET /` and `/health`: how the server is · `/health/live`: the process answers · `/health/ready`: it takes updates,
 * else 503.
 */
export function healthRoutes(app: FastifyInstance, health: Health): void {
  const report = () => ({
    status: health.state === 'ready' ? 'ok' : health.state,
    name: 'yjs-collaboration-server',
    version: health.version,
    documents: health.documents,
    sessions: health.sessions,
  });
  app.get('/', report);
  app.get('/health', report);
  app.get('/health/live', () => ({ status: 'ok' }));
  app.get('/health/ready', (_request, reply) => reply.code(health.state === 'ready' ? 200 : 503).send(report()));
}
