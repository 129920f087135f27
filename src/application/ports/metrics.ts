import type { CollaborationEvent } from '../../domain/events.ts';
import type { LimitName } from './limit-name.ts';

/** Where events of documents go besides the clients: counters, traces, later queues. Must not throw. */
export interface EventSink {
  publish(event: CollaborationEvent): void;
}

export type CacheOutcome = 'hit' | 'miss' | 'outdated' | 'failed';

/** What an operator watches. Gauges are read when they are asked for. */
export interface Metrics {
  readonly events: EventSink;
  /** A commit of the log: how many updates and bytes, and how long it took in milliseconds. */
  committed(updates: number, bytes: number, milliseconds: number): void;
  /** The store failed; it is tried again. */
  storeFailed(): void;
  /** An update was refused, or a connection ended, for this reason. */
  refused(reason: string): void;
  /** A limit was reached: something was slowed down, left out, refused or ended. */
  limitReached(limit: LimitName): void;
  compacted(milliseconds: number): void;
  /** A document was deleted on request. */
  deleted(): void;
  /** A level of the document cache was asked; `outdated`: it had the document as it was before. */
  cacheAsked(level: 'memory' | 'redis', outcome: CacheOutcome): void;
  /** Registers a gauge. `name` is in Prometheus' spelling. */
  gauge(name: string, help: string, read: () => number): void;
}
