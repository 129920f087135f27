import { ClientAddresses } from '../../adapters/shared/client-addresses.ts';
import type { GateServices } from '../../adapters/shared/gate-services.ts';
import { Origins } from '../../adapters/shared/origins.ts';
import { MemoryRateLimiter } from '../../infrastructure/rate-limits/memory/memory-rate-limiter.ts';
import { RedisRateLimiter } from '../../infrastructure/rate-limits/redis/redis-rate-limiter.ts';
import { Admission } from '../admission/admission.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Settings } from './config/keys.ts';
import type { Part } from './lifecycle.ts';

/** What stands before the doors, as a part: with Redis, it has a connection to end. */
export interface Gate extends Part {
  readonly services: GateServices;
}

interface Services {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export function createGate(settings: Settings, { clock, logger, metrics }: Services): Gate {
  const window = Math.ceil(settings.RATE_WINDOW_MS / 1000);
  const local = new MemoryRateLimiter(window);
  const redis = settings.REDIS_URL === undefined ? undefined : new RedisRateLimiter(settings.REDIS_URL, window, logger);
  const rates = {
    connection: settings.RATE_CONNECTION,
    user: settings.RATE_USER,
    address: settings.RATE_ADDRESS,
    hardFactor: settings.RATE_HARD_FACTOR,
    userRequests: settings.RATE_USER_REQUESTS,
    addressRequests: settings.RATE_ADDRESS_REQUESTS,
  };
  const counts = {
    maxConnections: settings.MAX_CONNECTIONS,
    maxConnectionsPerAddress: settings.MAX_CONNECTIONS_PER_ADDRESS,
  };
  const limiters = { local, shared: redis ?? local };
  const admission = new Admission({ limiters, rates, clock, metrics }, counts);
  metrics.gauge('collaboration_connections', 'WebSockets and gRPC streams', () => admission.connections);
  metrics.gauge('collaboration_addresses', 'Addresses that are connected', () => admission.addresses);
  if (redis !== undefined)
    metrics.gauge('collaboration_rate_limits_shared', '1 while limits are counted in Redis', () => +redis.isConnected);
  return {
    name: 'gate',
    services: {
      admission,
      addresses: new ClientAddresses(settings.TRUSTED_PROXIES),
      origins: new Origins(settings.ALLOWED_ORIGINS),
    },
    start: () => Promise.resolve(),
    stop: () => {
      redis?.close();
      return Promise.resolve();
    },
  };
}
