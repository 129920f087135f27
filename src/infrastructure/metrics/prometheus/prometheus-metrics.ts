import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { LIMIT_NAMES, type LimitName } from '../../../application/ports/limit-name.ts';
import type { CacheOutcome, EventSink, Metrics } from '../../../application/ports/metrics.ts';
import { countByLabel } from './count-by-label.ts';

/** Metrics in Prometheus' text format. */
export class PrometheusMetrics implements Metrics {
  readonly events: EventSink;
  readonly #registry = new Registry();
  readonly #updates: Counter;
  readonly #bytes: Counter;
  readonly #commits: Histogram;
  readonly #failures: Counter;
  readonly #refused: Counter<'reason'>;
  readonly #compactions: Histogram;
  readonly #deleted: Counter;
  readonly #limits: (name: string) => void;
  readonly #cache: Counter<'level' | 'outcome'>;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    const events = countByLabel(registers, 'collaboration_events_total', 'Events of documents', 'event');
    this.events = { publish: ({ eventType }) => events(eventType) };
    const about = 'How often a limit was reached; named like its key of the configuration';
    this.#limits = countByLabel(registers, 'collaboration_limit_reached_total', about, 'limit', LIMIT_NAMES);
    this.#updates = new Counter({ name: 'collaboration_updates_stored_total', help: 'Updates on disk', registers });
    this.#bytes = new Counter({
      name: 'collaboration_bytes_stored_total',
      help: 'Bytes of updates on disk',
      registers,
    });
    this.#commits = new Histogram({
      name: 'collaboration_commit_seconds',
      help: 'How long a group commit took, retries included',
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30],
      registers,
    });
    this.#failures = new Counter({ name: 'collaboration_store_failures_total', help: 'Failed commits', registers });
    this.#refused = new Counter({
      name: 'collaboration_refused_total',
      help: 'Messages and connections that were refused',
      labelNames: ['reason'],
      registers,
    });
    this.#cache = new Counter({
      name: 'collaboration_cache_requests_total',
      help: 'Documents that a level of the cache was asked for',
      labelNames: ['level', 'outcome'],
      registers,
    });
    this.#compactions = new Histogram({
      name: 'collaboration_compaction_seconds',
      help: 'How long a compaction took',
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120],
      registers,
    });
    this.#deleted = new Counter({
      name: 'collaboration_documents_deleted_total',
      help: 'Documents deleted on request',
      registers,
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The text that Prometheus scrapes. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  committed(updates: number, bytes: number, milliseconds: number): void {
    this.#updates.inc(updates);
    this.#bytes.inc(bytes);
    this.#commits.observe(milliseconds / 1000);
  }

  storeFailed(): void {
    this.#failures.inc();
  }

  refused(reason: string): void {
    this.#refused.inc({ reason });
  }

  limitReached(limit: LimitName): void {
    this.#limits(limit);
  }

  compacted(milliseconds: number): void {
    this.#compactions.observe(milliseconds / 1000);
  }

  deleted(): void {
    this.#deleted.inc();
  }

  cacheAsked(level: 'memory' | 'redis', outcome: CacheOutcome): void {
    this.#cache.inc({ level, outcome });
  }

  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }
}
