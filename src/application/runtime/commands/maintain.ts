import { SystemClock } from '../../../infrastructure/clock/system-clock.ts';
import { createLogger } from '../../../infrastructure/logging/pino-logger.ts';
import type { ExitCode } from '../bootstrap.ts';
import { ConfigError, type Environment, loadConfig } from '../config/load-config.ts';
import { checkStore } from './check-store.ts';
import { deleteFromStore } from './delete-from-store.ts';
import type { Maintenance } from './maintenance-options.ts';
import { moveDocuments } from './move-documents.ts';
import type { StoreServices } from './store-at.ts';

/** Runs one of the commands that work on a store: 0 done, 1 it failed as a whole, 2 not for every document. */
export async function maintain(command: Maintenance, environment: Environment): Promise<ExitCode> {
  try {
    const settings = loadConfig(environment);
    // Whatever is logged is a warning of a store; the standard output may be an export.
    const logger = createLogger(settings.LOG_LEVEL, process.stderr);
    return await run(command, { settings, clock: new SystemClock(), logger });
  } catch (cause) {
    process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
    return cause instanceof ConfigError ? 2 : 1;
  }
}

function run(command: Maintenance, services: StoreServices): Promise<ExitCode> {
  switch (command.kind) {
    case 'check':
      return checkStore(command, services);
    case 'delete':
      return deleteFromStore(command, services);
    case 'import':
    case 'export':
    case 'copy':
      return moveDocuments(command, services);
  }
}
