import { createLogger } from '../../infrastructure/logging/pino-logger.ts';
import type { Logger } from '../ports/logger.ts';
import type { ExitCode } from './bootstrap.ts';
import { ConfigError, type Environment, loadConfig } from './config/load-config.ts';
import { createServer, type Server } from './container.ts';

/** A server, until a signal stops it. */
export async function serve(environment: Environment): Promise<ExitCode> {
  let server: Server;
  let logger: Logger;
  try {
    const settings = loadConfig(environment);
    logger = createLogger(settings.LOG_LEVEL);
    server = await createServer(settings, logger);
    await server.lifecycle.start();
  } catch (cause) {
    process.stderr.write(`${startFailure(cause)}\n`);
    return cause instanceof ConfigError ? 2 : 1;
  }
  const signal = await stopSignal();
  logger.info({ signal }, 'Stopping');
  const failures = await server.lifecycle.stop();
  for (const failure of failures) logger.error({ err: failure }, 'A part did not stop cleanly');
  logger.info({}, 'Stopped');
  return failures.length === 0 ? 0 : 1;
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

function startFailure(cause: unknown): string {
  if (cause instanceof ConfigError) return cause.message;
  const error = cause as NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };
  if (error.code === 'EADDRINUSE') {
    return `Cannot listen on ${error.address}:${error.port}: the port is in use. Stop what uses it, or set HTTP_ADDR or GRPC_ADDR.`;
  }
  return `The server cannot start: ${error.message}`;
}
