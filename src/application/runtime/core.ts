import type { UpdateLog } from '../../domain/repositories/update-log.ts';
import { MemorySessionRepository } from '../../infrastructure/sessions/memory/memory-session-repository.ts';
import { Collaboration } from '../collaboration.ts';
import { Compactions } from '../compaction.ts';
import { Journal } from '../journal/journal.ts';
import type { Limits } from '../limits.ts';
import { LoggedDocuments } from '../logged-documents.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentHost } from '../ports/document-host.ts';
import type { DocumentWorker } from '../ports/document-worker.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../ports/metrics.ts';
import { Quarantine } from '../quarantine/quarantine.ts';
import { Rooms } from '../room/rooms.ts';
import { Tick } from '../room/tick.ts';
import { traced } from '../traced-events.ts';
import type { Settings } from './config/keys.ts';
import type { Part } from './lifecycle.ts';

interface CoreServices {
  readonly log: UpdateLog;
  readonly compactor: DocumentWorker;
  /** Beside the compactor, so that nobody who joins waits for a compaction. */
  readonly worker: DocumentWorker;
  readonly host: DocumentHost;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What every door leads to. */
export interface Core {
  readonly collaboration: Collaboration;
  readonly rooms: Rooms;
  readonly sessions: MemorySessionRepository;
  readonly journal: Journal;
  /** Stops when everything is on disk. */
  readonly storage: Part;
}

const QUARANTINED = 'Documents found damaged and not yet found whole again; they are read-only';

/** Wires documents, sessions and the log. */
export function createCore(settings: Settings, services: CoreServices): Core {
  const { log, compactor, worker, host, limits, clock, logger, metrics } = services;
  const journal = new Journal(log, clock, logger, metrics, {
    commitWindow: settings.COMMIT_WINDOW_MS,
    retryFor: settings.STORE_RETRY_MS,
    retryBytes: settings.STORE_RETRY_BYTES,
  });
  const compaction = {
    compaction: settings.COMPACT_DOCUMENTS,
    compactAfterUpdates: settings.COMPACT_AFTER_UPDATES,
    compactIdleAfterUpdates: settings.COMPACT_IDLE_AFTER_UPDATES,
    compactAfterBytes: settings.COMPACT_AFTER_BYTES,
  };
  const compactions = new Compactions(log, compactor, compaction, logger, metrics);
  const quarantine = new Quarantine(clock, logger);
  const documents = new LoggedDocuments(log, quarantine);
  const events = traced(metrics.events, settings.TRACE_USER, logger);
  const rooms = new Rooms({
    documents,
    journal,
    compactions,
    quarantine,
    worker,
    host,
    limits,
    tick: new Tick(),
    clock,
    logger,
    metrics,
    events,
  });
  const sessions = new MemorySessionRepository(clock);
  const collaboration = new Collaboration({ rooms, sessions, limits, clock, logger, events, metrics });
  metrics.gauge('collaboration_documents_open', 'Documents in memory', () => rooms.size);
  metrics.gauge('collaboration_documents_quarantined', QUARANTINED, () => quarantine.size);
  metrics.gauge('collaboration_sessions', 'Sessions of this node', () => sessions.size);
  metrics.gauge('collaboration_store_failing', '1 while the store does not take updates', () => +journal.isFailing);
  const storage: Part = {
    name: 'storage',
    start: () => Promise.resolve(),
    stop: async () => {
      try {
        await rooms.close();
        await compactions.close();
      } finally {
        // Also where the store failed to the last.
        await compactor.close();
        await worker.close();
        await host.close();
        await log.close();
      }
    },
  };
  return { collaboration, rooms, sessions, journal, storage };
}
