import { type Db, MongoClient, type MongoClientOptions, ReadConcern } from 'mongodb';

/** Milliseconds. While there is no server to ask, the journal tries again, and says so. */
const SELECTION_TIMEOUT = 3_000;

/** How a database is used. */
export interface MongoOptions {
  /** Connections for reads, and as many again for writes, at most. */
  readonly poolSize: number;
  /** Milliseconds that a connection, or one command, may take. */
  readonly timeout: number;
}

/** @throws Error where the URL is none; it does not show what is secret */
export function mongoClient(url: string, { poolSize, timeout }: MongoOptions): MongoClient {
  const options: MongoClientOptions = {
    appName: 'yjs-collaboration-server',
    maxPoolSize: 2 * poolSize,
    connectTimeoutMS: timeout,
    serverSelectionTimeoutMS: Math.min(timeout, SELECTION_TIMEOUT),
    socketTimeoutMS: timeout,
    waitQueueTimeoutMS: timeout,
    retryReads: true,
    retryWrites: true,
    ignoreUndefined: false,
    promoteBuffers: true,
    promoteLongs: true,
  };
  try {
    return new MongoClient(url, options);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const userInfo = /\/\/([^/]*)@/.exec(url)?.[1] ?? '';
    const isTold = userInfo.split(':').some((secret) => secret !== '' && why.includes(secret));
    throw new Error(`STORE_URL is no URL of a MongoDB server${isTold ? '' : `: ${why}`}`);
  }
}

/**
 * The database that the URL names. What is acknowledged is on disk on most of its servers, and nobody reads what may be taken
 * back. Said of the database, and not of the client, where parameters of the URL would outweigh it.
 */
export function databaseOf(client: MongoClient, { timeout }: Pick<MongoOptions, 'timeout'>): Db {
  return client.db(undefined, {
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: timeout },
    readConcern: new ReadConcern('majority'),
    readPreference: 'primary',
  });
}
