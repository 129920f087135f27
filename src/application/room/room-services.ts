import type { DocumentRepository } from '../../domain/repositories/document-repository.ts';
import type { Compactions } from '../compaction.ts';
import type { Journal } from '../journal/journal.ts';
import type { Limits } from '../limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentHost } from '../ports/document-host.ts';
import type { DocumentWorker } from '../ports/document-worker.ts';
import type { Logger } from '../ports/logger.ts';
import type { EventSink, Metrics } from '../ports/metrics.ts';
import type { Quarantine } from '../quarantine/quarantine.ts';
import type { Tick } from './tick.ts';

/** What every room needs. */
export interface RoomServices {
  readonly documents: DocumentRepository;
  readonly journal: Journal;
  readonly compactions: Compactions;
  readonly quarantine: Quarantine;
  readonly worker: DocumentWorker;
  readonly host: DocumentHost;
  readonly limits: Limits;
  readonly tick: Tick;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly events: EventSink;
}
