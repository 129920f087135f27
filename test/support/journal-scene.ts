import { AcknowledgementQueue } from '../../src/application/connection/acknowledgements.ts';
import { Journal, type JournalLimits } from '../../src/application/journal/journal.ts';
import type { LogRecord, UpdateLog } from '../../src/domain/repositories/update-log.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { ManualClock } from './manual-clock.ts';
import { silentMetrics } from './silent-metrics.ts';

interface Append {
  readonly documents: readonly string[];
  succeed(): void;
  fail(cause: Error): void;
}

/** A journal over a log whose appends end when the test says so. */
export function journalScene(limits: Partial<JournalLimits> = {}) {
  const clock = new ManualClock();
  const appends: Append[] = [];
  const log = {
    append: (records: readonly LogRecord[]) =>
      new Promise<void>((succeed, fail) => {
        appends.push({ documents: records.map(({ documentId }) => documentId.value), succeed, fail });
      }),
  } as Pick<UpdateLog, 'append'> as UpdateLog;
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const metrics = silentMetrics();
  const all = { commitWindow: 0, retryFor: 1_000, retryBytes: 1_000_000, ...limits };
  const journal = new Journal(log, clock, silent, metrics, all);
  return { clock, appends, journal, ...clients(journal) };
}

function clients(journal: Journal) {
  const acknowledged: string[] = [];
  const failed: string[] = [];
  const queues = new Map<string, AcknowledgementQueue>();
  const queueOf = (name: string) => {
    const queue =
      queues.get(name) ?? new AcknowledgementQueue((done) => acknowledged.push(...done.map((t) => t.clientId)));
    queues.set(name, queue);
    return queue;
  };
  /** Appends one update of a document for the connection `on`. */
  const append = (document: string, name: string, on = document, bytes = 2) => {
    const update = new Uint8Array(bytes);
    const ticket = queueOf(on).open(document, name, update);
    const record = { documentId: DocumentId.parse(document), firstSequence: 1, updates: [update], timestamp: 1 };
    ticket.position = journal.append(record, {
      appendCommitted: () => {},
      appendFailed: () => failed.push(document),
    });
    journal.notify(ticket.queue);
    return ticket;
  };
  return { acknowledged, failed, queueOf, append };
}
