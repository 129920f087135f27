import type { Metrics } from '../../src/application/ports/metrics.ts';

/** Counts nothing. */
export function silentMetrics(): Metrics {
  return {
    events: { publish: () => undefined },
    committed: () => undefined,
    storeFailed: () => undefined,
    refused: () => undefined,
    limitReached: () => undefined,
    compacted: () => undefined,
    deleted: () => undefined,
    cacheAsked: () => undefined,
    gauge: () => undefined,
  };
}
