import type { UpdateLog } from '../../domain/repositories/update-log.ts';
import type { VersionedUpdateLog } from '../../domain/repositories/versioned-update-log.ts';
import type { CheckpointWatch } from '../../infrastructure/stores/embedded/checkpoint-watch.ts';
import { EmbeddedUpdateLog } from '../../infrastructure/stores/embedded/embedded-update-log.ts';
import { MemoryUpdateLog } from '../../infrastructure/stores/memory/memory-update-log.ts';
import { openMongoStore } from '../../infrastructure/stores/mongodb/open-mongo-store.ts';
import { MysqlDatabase } from '../../infrastructure/stores/mysql/mysql-database.ts';
import { PostgresDatabase } from '../../infrastructure/stores/postgres/postgres-database.ts';
import { openSqlStore } from '../../infrastructure/stores/sql/open-sql-store.ts';
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

function openerOf(url: string, settings: Settings, logger: Logger): () => Promise<VersionedUpdateLog> {
  const prefix = settings.STORE_TABLE_PREFIX;
  // The URL of several MongoDB servers is none to `URL`.
  switch (url.slice(0, url.indexOf('/'))) {
    case 'mongodb:':
    case 'mongodb+srv:':
      return () =>
        openMongoStore(url, prefix, { poolSize: settings.STORE_POOL_SIZE, timeout: settings.STORE_TIMEOUT_MS });
    case 'mysql:':
      return () => openSqlStore(url, prefix, () => MysqlDatabase.open(url, sqlOptions(settings, logger)));
    case 'postgres:':
    case 'postgresql:':
      return () => openSqlStore(url, prefix, () => PostgresDatabase.open(url, sqlOptions(settings, logger)));
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
