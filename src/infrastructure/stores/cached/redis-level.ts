import { Buffer } from 'node:buffer';
import { Redis } from 'ioredis';
import type { Clock } from '../../../application/ports/clock.ts';
import type { Logger } from '../../../application/ports/logger.ts';
import { DocumentId } from '../../../domain/value-objects/document-id.ts';
import type { CachedDocument, CacheLevel } from './cache-level.ts';
import { decodeCachedDocument, encodeCachedDocument } from './cached-document-codec.ts';

const PREFIX = 'yjs-collaboration:document:';
const FORGOTTEN = 'yjs-collaboration:forgotten';

/** Larger ones take longer from Redis than is gained. */
const MAX_ENTRY_BYTES = 32 * 1024 * 1024;

/** Milliseconds that Redis may take to answer. */
const COMMAND_TIMEOUT = 1_000;

/** Milliseconds for which Redis is not asked after it did not answer, so that not every opening waits for it. */
const REST = 5_000;

const LONGEST_RETRY = 5_000;

export interface RedisLevelOptions {
  /** `redis://` or `rediss://` */
  readonly url: string;
  /** Milliseconds after which a document that nobody stored again is forgotten. */
  readonly expireAfter: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A document was forgotten on some node; perhaps on this one. */
  forgotten(documentId: DocumentId): void;
}

/** Documents in Redis, for all nodes that share it. Whoever can write to that Redis can change what clients get. */
export class RedisLevel implements CacheLevel {
  readonly name = 'redis';
  readonly #options: RedisLevelOptions;
  readonly #client: Redis;
  readonly #subscriber: Redis;
  #notBefore = 0;

  /** Connects in the background. */
  constructor(options: RedisLevelOptions) {
    this.#options = options;
    this.#client = new Redis(options.url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT,
      connectTimeout: LONGEST_RETRY,
      retryStrategy: (tries) => Math.min(tries * 200, LONGEST_RETRY),
    });
    this.#subscriber = this.#client.duplicate({ enableOfflineQueue: true, commandTimeout: undefined });
    sayWhetherItIsThere(this.#client, options.logger);
    this.#subscriber.on('error', () => {});
    this.#subscriber.on('message', (_channel: string, value: string) => this.#forgotten(value));
    // Subscribed again by the client after every reconnection.
    this.#subscriber.subscribe(FORGOTTEN).catch(() => {});
  }

  get isConnected(): boolean {
    return this.#client.status === 'ready';
  }

  async get(documentId: DocumentId): Promise<CachedDocument | undefined> {
    const bytes = await this.#ask(() => this.#client.getBuffer(keyOf(documentId)));
    return bytes === null ? undefined : decodeCachedDocument(documentId, bytes);
  }

  async set(documentId: DocumentId, cached: CachedDocument): Promise<void> {
    const bytes = encodeCachedDocument(documentId, cached);
    if (bytes.length > MAX_ENTRY_BYTES) return;
    const { expireAfter } = this.#options;
    await this.#ask(() =>
      this.#client.set(keyOf(documentId), Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), 'PX', expireAfter),
    );
  }

  async forget(documentId: DocumentId): Promise<void> {
    await this.#ask(() => this.#client.del(keyOf(documentId)));
    await this.#ask(() => this.#client.publish(FORGOTTEN, documentId.value));
  }

  async close(): Promise<void> {
    this.#client.disconnect();
    this.#subscriber.disconnect();
  }

  async #ask<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const { clock } = this.#options;
    const now = clock.now();
    // Further ahead than a rest: the machine's clock was set back.
    if (now < this.#notBefore && this.#notBefore - now <= REST) throw new Error('Redis did not answer a moment ago.');
    try {
      return await call();
    } catch (cause) {
      this.#notBefore = clock.now() + REST;
      throw cause;
    }
  }

  #forgotten(value: string): void {
    try {
      this.#options.forgotten(DocumentId.parse(value));
    } catch {
      // Not from a node of this server.
    }
  }
}

function keyOf({ value }: DocumentId): string {
  return PREFIX + value;
}

/** Once for each change: it tries again every few seconds. */
function sayWhetherItIsThere(client: Redis, logger: Logger): void {
  let state: 'unknown' | 'there' | 'away' = 'unknown';
  const away = (cause?: Error) => {
    if (state !== 'away') logger.warn({ err: cause }, 'Redis is away; documents are read from the store');
    state = 'away';
  };
  client.on('ready', () => {
    if (state === 'away') logger.info({}, 'Redis is back; documents are cached again');
    state = 'there';
  });
  client.on('error', away);
  client.on('close', () => {
    if (state === 'there') away();
  });
}
