import { createLogger } from '../../infrastructure/logging/pino-logger.ts';
import type { Logger } from '../ports/logger.ts';
import { parseCommand } from './command.ts';
import { ConfigError, type Environment, loadConfig } from './config/load-config.ts';
import { createServer, type Server } from './container.ts';
import { help } from './help.ts';
import { VERSION } from './package-root.ts';
import { makeToken } from './token-command.ts';
import type { TokenOptions } from './token-options.ts';

/**
 * What the process ends with: 0 done, 1 the start, the stop or the command failed, 2 wrong arguments or configuration, or
 * something is wrong with some documents.
 */
export type ExitCode = 0 | 1 | 2;

/** Runs the command that `argv` (as `process.argv`) asks for; a server until a signal stops it. */
export async function bootstrap(environment: Environment, argv: readonly string[]): Promise<ExitCode> {
  const command = parseCommand(argv.slice(2));
  switch (command.kind) {
    case 'help':
      process.stdout.write(help());
      return 0;
    case 'version':
      process.stdout.write(`${VERSION}\n`);
      return 0;
    case 'token':
      return token(command.options, environment);
    case 'maintain': {
      // Only then: what it needs is nothing that a server has to load.
      const { maintain } = await import('./commands/maintain.ts');
      return maintain(command.what, environment);
    }
    case 'unknown':
      process.stderr.write(`${command.problem} Try --help.\n`);
      return 2;
    case 'serve':
      return serve(environment);
  }
}

async function token(options: TokenOptions, environment: Environment): Promise<ExitCode> {
  try {
    process.stdout.write(`${await makeToken(options, loadConfig(environment), Date.now())}\n`);
    return 0;
  } catch (cause) {
    process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
    return cause instanceof ConfigError ? 2 : 1;
  }
}

async function serve(environment: Environment): Promise<ExitCode> {
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
