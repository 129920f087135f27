import type { UpdateLog } from '../../domain/repositories/update-log.ts';
import type { VersionedUpdateLog } from '../../domain/repositories/versioned-update-log.ts';
import type { CacheLevel } from '../../infrastructure/stores/cached/cache-level.ts';
import { CachedUpdateLog } from '../../infrastructure/stores/cached/cached-update-log.ts';
import { MemoryLevel } from '../../infrastructure/stores/cached/memory-level.ts';
import { RedisLevel } from '../../infrastructure/stores/cached/redis-level.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Settings } from './config/keys.ts';

export interface CacheServices {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Puts the caches that the configuration asks for in front of a database. */
export function cached(log: VersionedUpdateLog, settings: Settings, services: CacheServices): UpdateLog {
  const levels: CacheLevel[] = [];
  const { metrics } = services;
  const memory = settings.CACHE_MEMORY_BYTES > 0 ? new MemoryLevel(settings.CACHE_MEMORY_BYTES) : undefined;
  if (memory !== undefined) {
    levels.push(memory);
    metrics.gauge('collaboration_cache_bytes', 'Bytes of the documents cached in memory', () => memory.bytes);
  }
  const url = settings.REDIS_URL;
  if (url !== undefined && settings.CACHE_REDIS_TTL_MS > 0) {
    const redis = new RedisLevel({
      ...services,
      url,
      expireAfter: settings.CACHE_REDIS_TTL_MS,
      forgotten: (documentId) => void memory?.forget(documentId),
    });
    levels.push(redis);
    metrics.gauge('collaboration_cache_shared', '1 while documents are cached in Redis', () => +redis.isConnected);
  }
  return levels.length === 0 ? log : new CachedUpdateLog(log, levels, metrics);
}
