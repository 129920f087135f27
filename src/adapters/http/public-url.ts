import type { FastifyRequest } from 'fastify';

/**
 * Where the client of a request reaches this server, without a slash at the end: as configured, else as a proxy says, else
 * as the request does. It only ever goes back to the one who asked.
 */
export function publicUrlOf(request: FastifyRequest, configured: URL | undefined): string {
  if (configured !== undefined) return configured.href.replace(/\/+$/, '');
  const { headers } = request;
  const protocol = first(headers['x-forwarded-proto']) === 'https' ? 'https' : 'http';
  const host = first(headers['x-forwarded-host']) ?? headers.host ?? '';
  const url = `${protocol}://${host}`;
  return URL.canParse(url) ? new URL(url).origin : `http://localhost:${request.socket.localPort}`;
}

/** A header that every proxy on the way may have added to. */
function first(header: string | readonly string[] | undefined): string | undefined {
  const text = typeof header === 'string' ? header : header?.[0];
  return text?.split(',', 1)[0]?.trim();
}
