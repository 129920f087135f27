import type { UpdateLog } from '../../domain/repositories/update-log.ts';
import type { VersionedUpdateLog } from '../../domain/repositories/versioned-update-log.ts';
import type { CheckpointWatch } from '../../infrastructure/stores/embedded/checkpoint-watch.ts';
import { EmbeddedUpdateLog } from '../../infrastructure/stores/embedded/embedded-update-log.ts';
import { MemoryUpdateLog } from '../../infrastructure/stores/memory/memory-update-log.ts';
import type { SqlOptions } from '../../infrastructure/stores/sql/sql-options.ts';
import type { Logger } from '../ports/logger.ts';
import { type CacheServices, cached } from './cache.ts';
import { CheckpointLog } from './checkpoint-log.ts';
import type { Settings } from './config/keys.ts';
import { openPatiently } from './open-patiently.ts';

const CHECKPOINTS_FAILING =
  '1 while the embedded database cannot be written; acknowledged updates are in the write-ahead log';

type StoreServices = Pick<CacheServices, 'clock' | 'logger'>;

/**
 * Opens the store that `STORE_URL` names, with the caches that the configuration asks for where it is a database.
 * @throws Error that says what is in the way, and the way out
 */
export async function openStore(settings: Settings, services: CacheServices): Promise<UpdateLog> {
  const url = settings.STORE_URL;
  if (url === 'memory:') return new MemoryUpdateLog();
  if (url === '') return await openEmbedded(settings.DATA_DIR, countedCheckpoints(services));
  return cached(await openDatabase(url, settings, services), settings, services);
}

/** The store itself, for whoever reads each document once. @throws Error as `openStore` */
export async function openUncached(settings: Settings, services: StoreServices): Promise<UpdateLog> {
  const url = settings.STORE_URL;
  if (url === '') return await openEmbedded(settings.DATA_DIR, new CheckpointLog(services.logger));
  if (url === 'memory:') return new MemoryUpdateLog();
  return await openDatabase(url, settings, services);
}

async function openDatabase(url: string, settings: Settings, services: StoreServices): Promise<VersionedUpdateLog> {
  return await openPatiently(openerOf(url, settings, services.logger), settings.STORE_RETRY_MS, services);
}

/** Each loads its driver only then: no server needs more than one of them. */
function openerOf(url: string, settings: Settings, logger: Logger): () => Promise<VersionedUpdateLog> {
  const prefix = settings.STORE_TABLE_PREFIX;
  // The URL of several MongoDB servers is none to `URL`.
  switch (url.slice(0, url.indexOf('/')).toLowerCase()) {
    case 'mongodb:':
    case 'mongodb+srv:':
      return async () => {
        const { openMongoStore } = await import('../../infrastructure/stores/mongodb/open-mongo-store.ts');
        const { STORE_POOL_SIZE: poolSize, STORE_TIMEOUT_MS: timeout } = settings;
        return await openMongoStore(url, prefix, { poolSize, timeout });
      };
    case 'mysql:':
      return async () => {
        const { openMysqlStore } = await import('../../infrastructure/stores/mysql/open-mysql-store.ts');
        return await openMysqlStore(url, prefix, sqlOptions(settings, logger));
      };
    case 'postgres:':
    case 'postgresql:':
      return async () => {
        const { openPostgresStore } = await import('../../infrastructure/stores/postgres/open-postgres-store.ts');
        return await openPostgresStore(url, prefix, sqlOptions(settings, logger));
      };
    default:
      throw new Error('STORE_URL names no store that this server has.');
  }
}

function sqlOptions(settings: Settings, logger: Logger): SqlOptions {
  return {
    poolSize: settings.STORE_POOL_SIZE,
    timeout: settings.STORE_TIMEOUT_MS,
    durability: settings.STORE_DURABILITY,
    warn: (message) => logger.warn({}, message),
  };
}

function countedCheckpoints({ logger, metrics }: CacheServices): CheckpointLog {
  const checkpoints = new CheckpointLog(logger);
  metrics.gauge('collaboration_checkpoints_failing', CHECKPOINTS_FAILING, () => +checkpoints.isFailing);
  return checkpoints;
}

async function openEmbedded(directory: string, watch: CheckpointWatch): Promise<UpdateLog> {
  try {
    return await EmbeddedUpdateLog.open(directory, { watch });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    // A full or read-only disk names no path, and an operator has many.
    if (why.includes(directory)) throw cause;
    throw new Error(`The data directory ${directory} cannot be opened: ${why}`, { cause });
  }
}
