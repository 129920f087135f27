import type { Metrics } from '../../../application/ports/metrics.ts';
import type { LogRecord, Snapshot, StoredDocument, UpdateLog } from '../../../domain/repositories/update-log.ts';
import type { VersionedUpdateLog } from '../../../domain/repositories/versioned-update-log.ts';
import type { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { CachedDocument, CacheLevel } from './cache-level.ts';

/**
 * An update log with caches in front, the nearest first. Every `load` asks the log for the document's version and takes
 * from a cache only what has it: so an answer is never older than what any node had acknowledged when it was asked for.
 * What a cache cannot answer comes from the log.
 */
export class CachedUpdateLog implements UpdateLog {
  readonly #log: VersionedUpdateLog;
  readonly #levels: readonly CacheLevel[];
  readonly #metrics: Metrics;
  /** By version and document: a load that finds another version may not share what is read for this one. */
  readonly #flights = new Map<string, Promise<StoredDocument | undefined>>();
  readonly #filling = new Set<Promise<unknown>>();

  constructor(log: VersionedUpdateLog, levels: readonly CacheLevel[], metrics: Metrics) {
    this.#log = log;
    this.#levels = levels;
    this.#metrics = metrics;
  }

  append(records: readonly LogRecord[]): Promise<void> {
    return this.#log.append(records);
  }

  async load(documentId: DocumentId): Promise<StoredDocument | undefined> {
    const version = await this.#log.version(documentId);
    if (version === undefined) return undefined;
    const key = `${version} ${documentId.value}`;
    const underway = this.#flights.get(key);
    if (underway !== undefined) return await underway;
    const flight = this.#fetch(documentId, version);
    this.#flights.set(key, flight);
    try {
      return await flight;
    } finally {
      this.#flights.delete(key);
    }
  }

  async compact(documentId: DocumentId, snapshot: Snapshot): Promise<void> {
    await this.#log.compact(documentId, snapshot);
    // What is cached stays right, but takes longer to integrate.
    await this.#forget(documentId);
  }

  async delete(documentId: DocumentId): Promise<void> {
    await this.#log.delete(documentId);
    await this.#forget(documentId);
  }

  list(after: DocumentId | undefined, limit: number): Promise<readonly DocumentId[]> {
    return this.#log.list(after, limit);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#filling);
    await Promise.allSettled(this.#levels.map((level) => level.close()));
    await this.#log.close();
  }

  async #fetch(documentId: DocumentId, version: string): Promise<StoredDocument | undefined> {
    for (const [index, level] of this.#levels.entries()) {
      const cached = await this.#ask(level, documentId, version);
      if (cached === undefined) continue;
      this.#fill(this.#levels.slice(0, index), documentId, cached);
      return cached.document;
    }
    const document = await this.#log.load(documentId);
    // Perhaps newer than `version`; then nobody will ever ask for it under this one.
    if (document !== undefined) this.#fill(this.#levels, documentId, { version, document });
    return document;
  }

  async #ask(level: CacheLevel, documentId: DocumentId, version: string): Promise<CachedDocument | undefined> {
    try {
      const cached = await level.get(documentId);
      if (cached?.version === version) {
        this.#metrics.cacheAsked(level.name, 'hit');
        return cached;
      }
      this.#metrics.cacheAsked(level.name, cached === undefined ? 'miss' : 'outdated');
    } catch {
      this.#metrics.cacheAsked(level.name, 'failed');
    }
    return undefined;
  }

  /** Nobody waits for it. */
  #fill(levels: readonly CacheLevel[], documentId: DocumentId, cached: CachedDocument): void {
    for (const level of levels) {
      const filling: Promise<unknown> = level
        .set(documentId, cached)
        .catch(() => {})
        .finally(() => this.#filling.delete(filling));
      this.#filling.add(filling);
    }
  }

  /** A level that cannot forget now does so when the entry expires; it is not served until then. */
  async #forget(documentId: DocumentId): Promise<void> {
    await Promise.allSettled(this.#levels.map((level) => level.forget(documentId)));
  }
}
