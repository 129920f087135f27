import type { FastifyInstance } from 'fastify';

/** Seconds that a browser need not ask again. */
const MAX_AGE = '86400';

/**
 * Lets pages of other origins use the routes of `app`: whoever may do something shows a token that the page has, and no
 * cookie that a browser would add (https://fetch.spec.whatwg.org/#http-cors-protocol).
 */
export function allowOtherOrigins(app: FastifyInstance, paths: readonly string[]): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('access-control-allow-origin', '*');
  });
  for (const path of paths) {
    app.options(path, (_request, reply) =>
      reply
        .code(204)
        .header('access-control-allow-methods', 'GET, POST')
        .header('access-control-allow-headers', 'authorization, content-type')
        .header('access-control-max-age', MAX_AGE)
        .send(),
    );
  }
}
